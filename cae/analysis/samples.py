"""Pictures drawn from nothing: densities of codes to draw from, and how real the pictures look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from cae.analysis.density import Density, frechet_distance
from cae.analysis.latent import decode, nearest_errors
from cae.evaluation.classifier import features
from cae.model import ConvAutoencoder

__all__ = [
    "COMPONENTS",
    "DIGITS",
    "FITTED",
    "MIXTURE",
    "STANDARD",
    "TRAINING",
    "Judged",
    "Source",
    "judge",
    "sources",
    "standard",
]

STANDARD, FITTED, MIXTURE = "Standard Gaussian", "Fitted Gaussian", "Mixture"  # names of the sources
COMPONENTS = 20  # Gaussians in the mixture
DIGITS = ("mnist", "synthetic")  # data sets that the classifier of digits can judge
TRAINING = 10_000  # training pictures behind the densities, and among which copies are looked for
PART = 500  # pictures at a time

Source = Callable[[int, int], Tensor]
"""``source(count, seed)`` draws codes (count, D)."""


@dataclass(frozen=True)
class Judged:
    """How real a number of pictures look.

    Attributes:
        distance: the Fréchet distance to test pictures in the classifier's features; 0 for the same distribution.
        nearest: the mean MSE to the nearest training picture: near 0 for copies.
    """

    distance: float
    nearest: float


def standard(numbers: int) -> Source:
    """N(0, I) over codes of so many numbers: the prior of a variational network."""
    return lambda count, seed: torch.randn(count, numbers, generator=torch.Generator().manual_seed(seed))


def sources(codes: Tensor, progress: Callable[[float], None] = lambda share: None) -> dict[str, Source]:
    """What codes can be drawn from, by name. ``codes`` (N, D) are those of training pictures.

    N(0, I), to which a KL term pulls the codes; a Gaussian with the mean and the covariance of the codes; a mixture of
    Gaussians fitted to the codes.
    """
    found = {STANDARD: standard(codes.shape[1])}
    for place, (name, components) in enumerate({FITTED: 1, MIXTURE: COMPONENTS}.items()):
        progress(place / 2)
        found[name] = Density.fit(codes, components).sample
    return found


def judge(
    model: ConvAutoencoder,
    drawn: Mapping[str, Source],
    test: Tensor,
    training: Tensor,
    count: int,
    progress: Callable[[float], None] = lambda share: None,
    part: int = PART,
) -> dict[str, Judged]:
    """Judge ``count`` pictures from each source, and beside them test digits, reconstructed and as they are.

    Args:
        test: (N, C, S, S) in [0, 1]. Every fifth is reconstructed, and all are compared with the others: the two
            halves of MNIST's test set come from different writers.
        training: (M, C, S, S) in [0, 1], the pictures whose copies a network might give.
        count: of pictures; of test digits there may be fewer.
        progress: hears the share done.
        part: pictures at a time.
    """
    fifth = torch.arange(len(test)) % 5 == 0
    some, others = test[fifth][:count], features(test[~fifth])
    kinds: dict[str, tuple[Callable[[Tensor], Tensor], Tensor]] = {
        name: (lambda codes: decode(model, codes), source(count, 0)) for name, source in drawn.items()
    }
    kinds |= {"Test digits, reconstructed": (model, some), "Test digits": (lambda images: images, some)}
    judged = {}
    for place, (name, (make, given)) in enumerate(kinds.items()):
        parts = []
        for start in range(0, len(given), part):
            with torch.inference_mode():
                parts.append(make(given[start : start + part]))
            progress((place + min(1.0, (start + part) / len(given))) / len(kinds))
        pictures = torch.cat(parts)
        distance = frechet_distance(features(pictures), others)
        judged[name] = Judged(distance, float(nearest_errors(pictures, training).mean()))
    return judged
