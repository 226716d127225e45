"""Prepares a drawing or photo like a digit of MNIST: ink in a 20×20 box, centre of mass in the middle of 28×28.

A drawing is a list of strokes, each a polyline (P, 2) of x and y in any unit, y down. Strokes are redrawn with MNIST's
pen, so brush width, size and place on the canvas make no difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from cae.drawing.canvas_paths import Stroke, strokes_from_canvas
from cae.drawing.strokes import BOX_SIDE, CENTRE, IMAGE_SIDE, PEN_THICKNESS, render, sample

__all__ = ["as_drawn", "digit_from_image", "digit_from_strokes", "strokes_from_canvas"]

Picture = NDArray[np.uint8]  # (28, 28), 255 is full ink

SLACK = (IMAGE_SIDE - BOX_SIDE) / 2  # pixels the box can move before ink leaves the picture
FARTHEST = 1e9  # a larger coordinate is refused


def digit_from_strokes(strokes: Sequence[ArrayLike], side: int = IMAGE_SIDE) -> Picture | None:
    """The strokes as MNIST would show them: uint8 (side, side), or None without ink. A dot stays a dot.

    For another ``side`` than MNIST's 28 pixels, all its measures grow or shrink with the picture. Raises ``ValueError``
    for a stroke that is not a list of finite points (x, y).
    """
    checked = _checked(strokes)
    if not checked:
        return None
    corners = np.concatenate(checked)
    low, high = corners.min(0), corners.max(0)
    extent = float((high - low).max())
    scale = (BOX_SIDE - PEN_THICKNESS) / extent if extent > 1e-6 else 1.0
    middle = (IMAGE_SIDE - 1) / 2
    larger = side / IMAGE_SIDE
    fitted = [(stroke - (low + high) / 2) * scale + middle for stroke in checked]
    points, lengths = sample(fitted, spacing=0.5 / max(1.0, larger))
    thickness = torch.tensor([PEN_THICKNESS])
    mass = _centre_of_mass(render(points, lengths, thickness)[0].numpy())
    shift = torch.from_numpy(np.clip(CENTRE - mass, -SLACK, SLACK)).float()
    placed = (points + shift + 0.5) * larger - 0.5
    return render(placed, lengths * larger, thickness * larger, side)[0].numpy()


def as_drawn(strokes: Sequence[ArrayLike], canvas_side: float, brush: float, side: int = IMAGE_SIDE) -> Picture:
    """The canvas scaled to uint8 (side, side); place, size and brush width (in canvas pixels) stay.

    Raises ``ValueError`` for a bad stroke, side or brush.
    """
    if not canvas_side > 0:
        raise ValueError(f"canvas_side is {canvas_side}; it must be above 0.")
    scale = side / canvas_side
    points, lengths = sample([stroke * scale - 0.5 for stroke in _checked(strokes)])
    return render(points, lengths, torch.tensor([float(brush * scale)]), side)[0].numpy()


def digit_from_image(image: Image.Image, digit: int | None = None) -> Picture | None:
    """A digit on a photo, scan or screenshot as MNIST would show it: uint8 (28, 28), or None without ink.

    Args:
        image: of any mode and size, upright, as ``cae.drawing.picture_file`` opens them; see ``cae.drawing.photo``.
        digit: which of several, from 1, in reading order. None: the only one.

    Raises ``ValueError`` for a picture without pixels, where ``digit`` is not there, and where it is None but there are
    several; ``OSError`` for a damaged file.
    """
    from cae.drawing.photo import digits_of  # here: who draws does not wait for scikit-image

    found = digits_of(image).digits
    if not found:
        return None
    if digit is None and len(found) > 1:
        raise ValueError(
            f"The picture shows {len(found)} digits; choose one with --digit 1 to {len(found)}, in reading order."
        )
    if digit is not None and not 1 <= digit <= len(found):
        raise ValueError(f"digit is {digit}; the picture shows {len(found)}, and they are counted from 1.")
    return found[(digit or 1) - 1].picture


def _checked(strokes: Sequence[ArrayLike]) -> list[Stroke]:
    arrays = [np.asarray(stroke, np.float64) for stroke in strokes]
    arrays = [stroke for stroke in arrays if stroke.size]
    if any(stroke.ndim != 2 or stroke.shape[1] != 2 or not (np.abs(stroke) < FARTHEST).all() for stroke in arrays):
        raise ValueError("A stroke must be a list of points (x, y), all of them finite numbers.")
    return arrays


def _centre_of_mass(picture: NDArray[Any]) -> Stroke:
    """(x, y) in pixels."""
    across, down = picture.sum(0, np.float64), picture.sum(1, np.float64)
    mass = across.sum()
    x, y = across @ np.arange(across.size), down @ np.arange(down.size)
    return np.array([x / mass, y / mass])
