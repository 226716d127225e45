"""Feature maps, switches and kernels as small pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cae.ui.parts.images import Picture, sheet, signed

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["busiest", "columns", "grey", "kernels", "share", "silent", "white_of", "winners"]

FULL = 0.98  # of the weights are paler than the full colour: a few large ones would darken all others
ORANGE = np.array([255, 176, 32], np.float64)  # of a switch, bright enough for a black ground
LARGE = 28  # pixels: a map with this side, or a larger one, is drawn at full size
DIM = 0.35  # of that orange, where the window's maximum is not above zero


def white_of(maps: Tensor) -> float:
    """The value to show as white: the largest, or 1 where none is above zero."""
    largest = float(maps.max())
    return largest if largest > 0 else 1.0


def grey(maps: Tensor, white: float) -> Picture:
    """Float (C, S, S) → uint8. Zero and below are black, ``white`` and above are white."""
    return _bytes((maps.numpy() / white).clip(0, 1) * 255)


def winners(features: Tensor, switches: Tensor) -> Picture:
    """The features dimmed, (C, S, S) → (C, S, S, 3), with the maximum of every pooling window in orange."""
    import torch

    ground = grey(features, white_of(features)) // 2
    flat, places = features.flatten(1), switches.flatten(1)
    strengths = np.where((flat.gather(1, places) > 0).numpy(), 1.0, DIM)
    strength = torch.zeros_like(flat).scatter_(1, places, torch.from_numpy(strengths).float()).numpy()[..., None]
    dimmed = np.repeat(ground.reshape(len(ground), -1, 1), 3, axis=2)
    return _bytes(np.where(strength > 0, strength * ORANGE, dimmed)).reshape(*ground.shape, 3)


def kernels(weights: NDArray[np.float32]) -> tuple[Picture, float]:
    """A convolution's weights (outputs, inputs, K, K) as one picture for each output: its kernels on one sheet.

    Orange is above zero, blue below. Also returns the absolute weight that has the full colour.
    """
    limit = float(np.quantile(np.abs(weights), FULL)) or 1.0
    inputs = weights.shape[1]
    gap = 1 if inputs > 1 else 0
    return np.stack([sheet(each, columns=columns(inputs), gap=gap) for each in signed(weights / limit)]), limit


def busiest(maps: Picture) -> Picture:
    """The map with the most contrast. The edge of a map, which often has some of its own, does not count."""
    edge = maps.shape[1] // 5
    middles = maps[:, edge : maps.shape[1] - edge, edge : maps.shape[2] - edge]
    contrasts = middles.reshape(len(maps), -1).std(axis=1)
    chosen: Picture = maps[int(contrasts.argmax())]
    return chosen


def silent(maps: Picture) -> int:
    """How many of the maps (C, S, S) are black everywhere."""
    return int((maps.reshape(len(maps), -1).max(axis=1) == 0).sum())


def share(maps: Picture) -> float:
    """How large to draw a map, from 0 to 1: the root of its side, so that a map of one pixel can still be seen."""
    return float(np.sqrt(min(maps.shape[1], LARGE) / LARGE))


def columns(count: int) -> int:
    """Columns of a sheet of so many pictures that is about square."""
    return int(np.ceil(np.sqrt(count)))


def _bytes(values: NDArray[np.floating[Any]]) -> Picture:
    rounded: Picture = np.rint(values).astype(np.uint8)
    return rounded
