"""Properties that can be measured on a picture of a digit, for naming what a direction of codes changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["correlations", "properties"]

Values = NDArray[np.floating[Any]]


def properties(images: NDArray[np.uint8]) -> dict[str, Values]:
    """Of each picture (N, H, W): the amount of ink (mean pixel, 0 to 1), the width and the height of the ink (standard
    deviations, in pixels), and the slant (step right for a step up, from the second moments). 0 for a blank picture.
    """
    ink = images.astype(np.float64) / 255
    mass = np.maximum(ink.sum((1, 2)), 1e-9)
    down, right = np.arange(images.shape[1]), np.arange(images.shape[2])
    rows, columns = ink.sum(2), ink.sum(1)
    y, x = rows @ down / mass, columns @ right / mass
    height = np.maximum(rows @ down**2 / mass - y**2, 0)
    width = np.maximum(columns @ right**2 / mass - x**2, 0)
    both = np.einsum("nyx,y,x->n", ink, down, right) / mass - x * y
    return {
        "ink": ink.mean((1, 2)),
        "width": np.sqrt(width),
        "height": np.sqrt(height),
        "slant": np.where(height > 1e-9, -both / np.maximum(height, 1e-9), 0.0),
    }


def correlations(coordinates: Values, measured: Mapping[str, Values]) -> dict[str, Values]:
    """Pearson's correlation of each property (N,) with each column of the coordinates (N, K): (K,), −1 to 1."""
    centred = coordinates - coordinates.mean(0)
    found = {}
    for name, values in measured.items():
        other = values - values.mean()
        size = np.sqrt(np.square(centred).sum(0) * np.square(other).sum())
        found[name] = other @ centred / np.maximum(size, 1e-12)
    return found
