"""Renders pen strokes as MNIST-like pictures, for the synthetic digits and for visitors' drawings.

Coordinates are pixels, x to the right and y down; the centre of the first pixel is (0, 0), so the picture
covers −0.5 to 27.5. A pen is round and leaves the union of discs along its path, with an edge one pixel wide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

__all__ = ["BOX_SIDE", "CENTRE", "IMAGE_SIDE", "MAX_THICKNESS", "PEN_THICKNESS", "render", "sample"]

IMAGE_SIDE = 28
BOX_SIDE = 20  # MNIST fits the longer side of the ink to this many pixels
CENTRE = 14.0  # MNIST's centre of mass, as a pixel coordinate: half a pixel below and right of the middle
PEN_THICKNESS = 2.45  # pixels: as thick as the median of MNIST, drawn by this renderer
MAX_THICKNESS = 12.0  # beyond, the squared distance to the pen's edge leaves float32's exponent

# The distance to a path is a soft minimum over its points: d² = −log Σ exp(−SHARPNESS·dᵢ²) / SHARPNESS.
# A sum of products of rows and columns is one batched matrix product; a true minimum is far slower.
SHARPNESS = 2.0
MAX_POINTS = 20_000  # of one drawing: more than a person draws, and few enough to compute quickly
FARTHEST = -87.0  # −SHARPNESS·d²; below, exp leaves the normal numbers of float32
POINT_LENGTH = math.sqrt(math.pi / SHARPNESS)  # pixels of path for which that sum is 1 on the path itself


def render(points: Tensor, lengths: Tensor, thickness: Tensor, side: int = IMAGE_SIDE) -> Tensor:
    """Draw N pictures: uint8 (N, side, side), 0 where there is no ink and 255 where it is full.

    Args:
        points: float (N, P, 2), pixels: places (x, y) along the pen's path, at most about a pixel apart.
        lengths: float (N, P), pixels: the length of path each point stands for; 0 leaves a point out.
        thickness: float (N,), pixels: the diameter of the pen.

    Raises:
        ValueError: a thickness is not above 0 and at most ``MAX_THICKNESS``.
    """
    if not bool(((thickness > 0) & (thickness <= MAX_THICKNESS)).all()):
        raise ValueError(f"The pen's thickness must be above 0 and at most {MAX_THICKNESS:g} of {side} pixels.")
    grid = torch.arange(side, dtype=points.dtype)
    exponents = (points[..., None] - grid).square_().mul_(-SHARPNESS)
    # As far away as this no pen leaves ink, and exp of less is many times slower.
    falloff = torch.threshold_(exponents.clamp_(min=FARTHEST).exp_(), math.exp(FARTHEST), 0.0)  # (N, P, 2, side)
    columns, rows = falloff[:, :, 0], falloff[:, :, 1] * (lengths / POINT_LENGTH)[..., None]
    nearness = rows.mT @ columns  # (N, side, side)
    distance = nearness.log_().div_(-SHARPNESS).clamp_(min=0).sqrt_()
    pen = thickness[:, None, None]
    # A pen thinner than a pixel never covers one whole.
    coverage = (pen / 2 + 0.5 - distance).clamp_(min=0).minimum(pen.clamp(max=1))
    return coverage.mul_(255).round_().to(torch.uint8)


def sample(strokes: Sequence[NDArray[np.floating]], spacing: float = 0.5) -> tuple[Tensor, Tensor]:
    """Points at equal steps along each stroke: float32 (1, P, 2) and their lengths (1, P), for ``render``.

    A stroke is a polyline, (V, 2) with V ≥ 1, in pixels. One point, or points all in one place, are a dot.
    ``spacing`` is the longest step in pixels; beyond ``MAX_POINTS`` the steps grow.
    """
    points, lengths = [np.empty((0, 2))], [np.empty(0)]
    distances = [np.hypot(*np.diff(stroke, axis=0).T).cumsum() for stroke in strokes]
    spacing = max(spacing, sum(float(one[-1]) for one in distances if one.size) / MAX_POINTS)
    for stroke, distance in zip(strokes, distances, strict=True):
        travelled = np.concatenate([[0.0], distance])
        count = max(1, math.ceil(travelled[-1] / spacing))
        at = (np.arange(count) + 0.5) * (travelled[-1] / count)
        points.append(np.column_stack([np.interp(at, travelled, stroke[:, axis]) for axis in (0, 1)]))
        # A dot counts as a path of this length, so that it is as dark as a line.
        lengths.append(np.full(count, max(travelled[-1], POINT_LENGTH) / count))
    return (
        torch.from_numpy(np.concatenate(points)).float()[None],
        torch.from_numpy(np.concatenate(lengths)).float()[None],
    )
