"""The latent space of a network: the codes of pictures, directions among them, neighbours, and the best code.

For networks whose decoder needs nothing but the code. A code of any shape is a row of numbers here: codes are float
(N, D), where D is ``ModelConfig.code_numbers``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from cae.engine.adam import Adam
from cae.evaluation.metrics import mse
from cae.model import ConvAutoencoder

__all__ = ["Directions", "amortisation_gap", "best_codes", "between", "codes", "decode", "nearest", "nearest_errors"]

PART = 500  # pictures at a time
RATE = 0.05  # step of the search for the best code, in standard deviations of the codes


def codes(
    model: ConvAutoencoder, images: Tensor, progress: Callable[[float], None] = lambda share: None, part: int = PART
) -> Tensor:
    """The codes (N, D) of uint8 images (N, C, H, W). ``progress`` hears the share done after every ``part`` images."""
    parts = []
    for start in range(0, len(images), part):
        with torch.inference_mode():
            parts.append(model.encode(images[start : start + part].float() / 255)[0].flatten(1))
        progress(min(1.0, (start + part) / len(images)))
    return torch.cat(parts)


def decode(model: ConvAutoencoder, codes: Tensor) -> Tensor:
    """The pictures of codes (N, D): float (N, C, S, S).

    Raises ``ValueError`` for a network whose decoder needs switches.
    """
    if model.config.needs_switches:
        raise ValueError("This network's decoder needs the switches of a picture: a code alone cannot be decoded.")
    if model.config.code_size is None:
        side = model.config.sides[-1]
        codes = codes.unflatten(1, (model.config.channels[-1], side, side))
    return model.decode(codes)


@dataclass(frozen=True, eq=False)
class Directions:
    """Directions in the space of the codes: a code is about ``mean`` + coordinates · ``axes``.

    Attributes:
        mean: (D,).
        axes: (K, D), orthonormal rows.
        spreads: (K,), the standard deviation of the codes along each axis.
    """

    mean: Tensor
    axes: Tensor
    spreads: Tensor

    @classmethod
    def of(cls, codes: Tensor, count: int) -> Directions:
        """The ``count`` leading principal components of codes (N, D); those of a plane (D = 2) are its own two axes."""
        mean = codes.mean(0)
        if codes.shape[1] == 2:
            return cls(torch.zeros(2), torch.eye(2)[:count], codes.std(0, correction=0)[:count])
        centred = (codes - mean).double()
        variances, vectors = torch.linalg.eigh(centred.T @ centred / len(codes))
        axes = vectors.flip(1).T[:count].float().contiguous()
        # The sign of a component is arbitrary: its largest number is made positive.
        axes *= axes.gather(1, axes.abs().argmax(1, keepdim=True)).sign()
        return cls(mean, axes, variances.flip(0)[:count].clamp(min=0).sqrt().float())

    def project(self, codes: Tensor) -> Tensor:
        """Codes (N, D) → coordinates (N, K)."""
        return (codes - self.mean) @ self.axes.T

    def place(self, coordinates: Tensor) -> Tensor:
        """Coordinates along the first axes, (N, K) or fewer columns → codes (N, D), the mean in other directions."""
        return self.mean + coordinates @ self.axes[: coordinates.shape[1]]


def nearest(points: Tensor, queries: Tensor, count: int) -> Tensor:
    """For each query (Q, D) the indices (Q, count) of the nearest of the points (N, D), nearest first."""
    parts = [
        torch.cdist(part, points).topk(min(count, len(points)), largest=False).indices for part in queries.split(PART)
    ]
    return torch.cat(parts)


def nearest_errors(pictures: Tensor, known: Tensor) -> Tensor:
    """The MSE of each picture (Q, C, H, W) to the nearest of the known ones (N, C, H, W), all in [0, 1]: (Q,)."""
    return mse(pictures, known[nearest(known.flatten(1), pictures.flatten(1), 1)[:, 0]])


def between(first: Tensor, last: Tensor, count: int) -> Tensor:
    """``count`` points (count, …) at equal steps from ``first`` to ``last``, which are of any shape, both included."""
    shares = torch.linspace(0, 1, count).view(-1, *[1] * first.dim())
    return torch.lerp(first[None], last[None], shares)


def amortisation_gap(
    model: ConvAutoencoder, images: Tensor, steps: int, progress: Callable[[float], None] = lambda share: None
) -> tuple[float, float]:
    """The mean MSE of uint8 images (N, C, H, W) with the encoder's codes, and with the best codes after ``steps``."""
    scale = float(codes(model, images).std()) or 1.0
    before, after = [], []
    for start in range(0, len(images), PART):
        part = images[start : start + PART].float() / 255
        for step, (_, least) in enumerate(best_codes(model, part, steps, scale)):
            if step == 0:
                before.append(least)
            progress((start + len(part) * step / steps) / len(images))
        after.append(least)
    return float(torch.cat(before).mean()), float(torch.cat(after).mean())


def best_codes(model: ConvAutoencoder, images: Tensor, steps: int, scale: float) -> Iterator[tuple[Tensor, Tensor]]:
    """Search the best code of each float image (B, 1, H, W): Adam on the code itself, from the encoder's code.

    The encoder computes a code at once for any picture (amortised inference); its error less the best code's is the
    amortisation gap (Cremer, Li & Duvenaud, 2018). ``scale`` is the standard deviation of the network's codes. Yields
    after 0 to ``steps`` steps the best codes so far (B, D) and their MSE (B,). Each picture's search is its own.
    """
    with torch.no_grad():
        code = model.encode(images)[0].flatten(1)
    code = code.clone().requires_grad_()
    optimiser = Adam([code], lr=RATE * scale)
    best, least = code.detach().clone(), torch.full((len(images),), torch.inf)
    for step in range(steps + 1):
        with torch.enable_grad():
            error = mse(images, decode(model, code))
            (code.grad,) = torch.autograd.grad(error.sum(), code)
        better = error.detach() < least
        least = torch.where(better, error.detach(), least)
        best[better] = code.detach()[better]
        yield best.clone(), least.clone()
        if step < steps:
            optimiser.step()
