"""How unusual a picture is to a network: scores that are larger for pictures unlike those it was trained on.

- error: the MSE of the reconstruction;
- error for its ink: the MSE, divided by that of digits with as much ink. A picture with much ink has a large error,
  however usual it is. The logarithm of the error of digits is a straight line in the logarithm of their mean pixel;
- code: how rare the code is: −log of its density, in nats. The density is a mixture of Gaussians of training codes;
- both: the sum of the last two, each in standard deviations from the mean of digits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from cae.analysis.density import Density, Mixture
from cae.analysis.latent import Directions
from cae.analysis.latent import codes as codes_of
from cae.evaluation.metrics import mse
from cae.model import ConvAutoencoder

__all__ = ["BOTH", "CODE", "COMPONENTS", "ERROR", "FOR_ITS_INK", "SCORES", "STEPS", "Doubt", "quantiles"]

SCORES = ERROR, FOR_ITS_INK, CODE, BOTH = "error", "error for its ink", "code", "both"
COMPONENTS = 20  # Gaussians of the mixture
LEAST_INK, LEAST_ERROR = 1e-3, 1e-9  # a blank picture has no ink, and may have no error
PART = 500  # pictures at a time
STEPS = 1_000  # between quantiles


@dataclass(frozen=True, eq=False)
class Doubt:
    """The scores of one network.

    Attributes:
        density: of the codes of training pictures.
        line: (2,), intercept and slope of the logarithm of the error over that of the mean pixel.
        scale: (2, 2), means and standard deviations of "error for its ink", as a logarithm, and of "code".
    """

    density: Density
    line: Tensor
    scale: Tensor

    @classmethod
    def fit(
        cls,
        model: ConvAutoencoder,
        training: Tensor,
        validation: Tensor,
        progress: Callable[[float], None] = lambda share: None,
        part: int = PART,
    ) -> Doubt:
        """Fit the density to training pictures, and the rest to validation pictures: uint8 (N, 1, H, W)."""
        halves = (lambda share: progress(share / 2)), (lambda share: progress((1 + share) / 2))
        known = codes_of(model, training, halves[0], part)
        density = Density.fit(known, min(COMPONENTS, len(known)))
        codes, errors = _seen(model, validation, halves[1], part)
        ink = _ink(validation).log()
        terms = torch.stack([torch.ones_like(ink), ink], 1)
        line = torch.linalg.lstsq(terms, errors.log()[:, None]).solution[:, 0]
        excess, rarity = errors.log() - terms @ line, _rarity(density, codes)
        scale = torch.stack([torch.stack([each.mean(), each.std() + 1e-9]) for each in (excess, rarity)])
        return cls(density, line.float(), scale.float())

    def scores(
        self,
        model: ConvAutoencoder,
        images: Tensor,
        progress: Callable[[float], None] = lambda share: None,
        part: int = PART,
    ) -> dict[str, Tensor]:
        """Each of ``SCORES`` for uint8 images (N, 1, H, W): (N,)."""
        codes, errors = _seen(model, images, progress, part)
        excess = errors.log() - (self.line[0] + self.line[1] * _ink(images).log())
        rarity = _rarity(self.density, codes)
        (middle, spread), (mean, deviation) = self.scale
        both = (excess - middle) / spread + (rarity - mean) / deviation
        return {ERROR: errors, FOR_ITS_INK: excess.exp(), CODE: rarity, BOTH: both}

    def tensors(self) -> dict[str, Tensor]:
        """What to store; ``from_tensors`` takes it back."""
        directions, mixture = self.density.directions, self.density.mixture
        return {
            "mean": directions.mean,
            "axes": directions.axes,
            "spreads": directions.spreads,
            "weights": mixture.weights,
            "means": mixture.means,
            "factors": mixture.factors,
            "line": self.line,
            "scale": self.scale,
        }

    @classmethod
    def from_tensors(cls, told: Mapping[str, Tensor]) -> Doubt:
        directions = Directions(told["mean"], told["axes"], told["spreads"])
        mixture = Mixture(told["weights"], told["means"], told["factors"])
        return cls(Density(directions, mixture), told["line"], told["scale"])


def quantiles(scores: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The quantiles of each score at equal steps from the least to the largest: float (STEPS + 1,)."""
    shares = torch.linspace(0, 1, STEPS + 1, dtype=torch.float64)
    return {name: values.double().quantile(shares).float() for name, values in scores.items()}


def _seen(
    model: ConvAutoencoder, images: Tensor, progress: Callable[[float], None], part: int
) -> tuple[Tensor, Tensor]:
    """The codes (N, D) and the errors (N,) of uint8 images (N, 1, H, W)."""
    codes, errors = [], []
    for start in range(0, len(images), part):
        originals = images[start : start + part].float() / 255
        with torch.inference_mode():
            code, switches = model.encode(originals)
            errors.append(mse(originals, model.decode(code, switches)).clamp(min=LEAST_ERROR))
            codes.append(code.flatten(1))
        progress(min(1.0, (start + part) / len(images)))
    return torch.cat(codes), torch.cat(errors)


def _ink(images: Tensor) -> Tensor:
    """The mean pixel of each image, 0 to 1."""
    return (images.float().mean((1, 2, 3)) / 255).clamp(min=LEAST_INK)


def _rarity(density: Density, codes: Tensor) -> Tensor:
    return -density.mixture.log_density(density.directions.project(codes))
