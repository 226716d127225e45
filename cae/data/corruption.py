"""Corruption of pictures, which a denoising autoencoder learns to undo.

Vincent, Larochelle, Bengio and Manzagol, "Extracting and composing robust features with denoising autoencoders", 2008.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import torch
from torch import Tensor

from cae.config import KINDS, WIDEST_BLUR, Corruption

__all__ = ["DAMAGES", "corrupt"]


def corrupt(images: Tensor, kind: Corruption, strength: float | Tensor, chance: torch.Generator) -> Tensor:
    """``images`` (N, C, H, W) in [0, 1], damaged in the way that ``kind`` says; again in [0, 1].

    Args:
        strength: 0 to 1, for all images or for each, (N, 1, 1, 1). 0 leaves an image as it is.
        chance: the source of randomness, on the images' device.

    Each kind is a function below. They need the strength of each image, or of all, as a tensor.
    """
    if not isinstance(strength, Tensor):
        strength = torch.full((1, 1, 1, 1), strength, dtype=images.dtype, device=images.device)
    return images if kind == "none" else DAMAGES[kind](images, strength, chance)


def gaussian(images: Tensor, strength: Tensor, chance: torch.Generator) -> Tensor:
    """Gaussian noise with this standard deviation is added; then the pixels are clipped."""
    noise = torch.randn(images.shape, generator=chance, device=images.device, dtype=images.dtype)
    return (images + strength * noise).clamp(0, 1)


def salt_and_pepper(images: Tensor, strength: Tensor, chance: torch.Generator) -> Tensor:
    """This share of the pixels, by chance, becomes black or white, as likely one as the other."""
    drawn = _uniform((len(images), 1, *images.shape[2:]), images, chance)  # all channels of a pixel together
    return torch.where(drawn < strength, (drawn < strength / 2).to(images.dtype), images)


def rectangle(images: Tensor, strength: Tensor, chance: torch.Generator) -> Tensor:
    """A rectangle with this share of the area, somewhere, becomes black."""
    return images.masked_fill(_rectangle(images, strength, chance), 0)


def rows(images: Tensor, strength: Tensor, chance: torch.Generator) -> Tensor:
    """This share of the rows, by chance, becomes black."""
    height = images.shape[2]
    place = _uniform((len(images), 1, height, 1), images, chance).argsort(2).argsort(2)
    return images.masked_fill(place < (strength * height).round(), 0)


def blur(images: Tensor, strength: Tensor, chance: torch.Generator) -> Tensor:
    """Convolved with a Gaussian with a standard deviation of ``WIDEST_BLUR`` · strength pixels."""
    across, down = (_blurring(side, strength, images) for side in (images.shape[3], images.shape[2]))
    return (down @ images @ across.mT).clamp(0, 1)


def low_resolution(images: Tensor, strength: Tensor, chance: torch.Generator) -> Tensor:
    """This share of the resolution is lost: each larger pixel is the mean of those that it covers."""
    across, down = (_coarsening(side, strength, images) for side in (images.shape[3], images.shape[2]))
    return (down @ images @ across.mT).clamp(0, 1)


def mixed(images: Tensor, strength: Tensor, chance: torch.Generator) -> Tensor:
    """For each image one kind of damage, at a strength that is uniform between 0 and this one."""
    shape = (len(images), 1, 1, 1)
    strengths = strength * _uniform(shape, images, chance)
    which = (_uniform(shape, images, chance) * len(EACH)).long()
    damaged = images
    for number, damage in enumerate(EACH):
        damaged = torch.where(which == number, damage(images, strengths, chance), damaged)
    return damaged


def _uniform(shape: tuple[int, ...], like: Tensor, chance: torch.Generator) -> Tensor:
    return torch.rand(shape, generator=chance, device=like.device, dtype=like.dtype)


def _rectangle(images: Tensor, share: Tensor, chance: torch.Generator) -> Tensor:
    """Whether a pixel's centre lies in its image's rectangle, which is up to twice as long as wide: (N, 1, H, W)."""
    height, width = images.shape[2:]
    turn, x, y = _uniform((3, len(images), 1, 1, 1), images, chance)
    down = (share * 2 ** (2 * turn - 1)).sqrt().clamp(share, torch.ones_like(share))  # as a share of the height
    across = torch.where(share > 0, share / down, 0.0)

    def within(side: int, start: Tensor, length: Tensor) -> Tensor:
        centres = (torch.arange(side, device=images.device) + 0.5) / side
        offset = centres - start * (1 - length)
        return (offset >= 0) & (offset < length)

    return within(height, y, down).mT & within(width, x, across)


def _blurring(side: int, strength: Tensor, like: Tensor) -> Tensor:
    """A matrix (…, side, side) that blurs a column. At the edges, the weights of the pixels that exist add up to 1."""
    places = torch.arange(side, device=like.device, dtype=like.dtype)
    deviation = (WIDEST_BLUR * strength).clamp(min=1e-3)
    weights = (-(places - places[:, None]).square() / (2 * deviation**2)).exp()
    return weights / weights.sum(-1, keepdim=True)


def _coarsening(side: int, strength: Tensor, like: Tensor) -> Tensor:
    """A matrix (…, side, side) that averages a column over larger pixels."""
    left = (side * (1 - strength)).round().clamp(min=1).long().flatten()
    return _coarsenings(side, like.device, like.dtype)[left - 1].view(*strength.shape[:-2], side, side)


@cache
def _coarsenings(side: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """That matrix for 1 to ``side`` larger pixels: (side, side, side). Kept on the device, for a captured step."""
    places, made = torch.arange(side, dtype=torch.float64), []
    for count in range(1, side + 1):
        start = torch.arange(count)[:, None] * side / count
        covered = (places + 1).minimum(start + side / count) - places.maximum(start)
        means = covered.clamp(min=0) * count / side  # (count, side): each larger pixel's share of each pixel
        made.append(means[((places + 0.5) * count / side).long()])
    return torch.stack(made).to(device, dtype)


EACH = (gaussian, salt_and_pepper, rectangle, rows, blur, low_resolution)  # in the order of KINDS
DAMAGES: Mapping[Corruption, Callable[[Tensor, Tensor, torch.Generator], Tensor]] = {
    **dict(zip(KINDS, EACH, strict=True)),
    "mixed": mixed,
}
