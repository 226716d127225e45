"""Ink of any size as MNIST would show it: fitted to its box, and moved by parts of a pixel to its place."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from cae.drawing.ink import EXACTLY, Grey
from cae.drawing.pen_width import Mask, pen_width
from cae.drawing.strokes import BOX_SIDE, CENTRE, IMAGE_SIDE, PEN_THICKNESS

__all__ = ["fitted"]

FINEST = 160  # pixels: the longer side of the ink is at least so many while it is fitted


def fitted(contrast: Grey, mask: Mask, box: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """The digit in a box of a photo: uint8 (28, 28), 255 is full ink.

    A pen that is thinner than MNIST's, for the digit's size, is made as thick: it would fade when the digit shrinks.

    Args:
        contrast: (H, W), 0 on paper and 1 in full ink.
        mask: (H, W), where the ink of this digit is; all other ink is left out.
        box: left, top, right, bottom of this ink, in pixels.
    """
    inside = _enlarged(contrast, mask, box)
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    longer = 1 + max(int(np.ptp(rows)), int(np.ptp(columns)))
    pen = min(pen_width(inside), longer)
    pixel, grown = longer / BOX_SIDE, 0.0
    if pen < PEN_THICKNESS * pixel:
        # The ink grows to both sides of the line, and must still fit the box.
        pixel = (longer - pen) / (BOX_SIDE - PEN_THICKNESS)
        grown = (PEN_THICKNESS * pixel - pen) / 2
    margin, near = round(IMAGE_SIDE * pixel), math.ceil(grown + 1)  # farther away there is no ink
    ink = np.asarray(inside, np.float32)
    if grown:
        away = ndimage.distance_transform_edt(~np.pad(inside, near))
        ink = np.asarray((grown + 1 - away).clip(0, 1), np.float32)
        margin -= near
    return _placed(np.pad(ink, margin), pixel)


def _enlarged(contrast: Grey, mask: Mask, box: tuple[int, int, int, int]) -> Mask:
    """The inside of the ink in its box, in pixels of which there are enough."""
    left, top, right, bottom = box
    around = slice(max(0, top - 2), bottom + 2), slice(max(0, left - 2), right + 2)
    own = ndimage.binary_dilation(mask[around], iterations=2)
    times = FINEST / max(right - left, bottom - top)
    if times <= 1:
        inside: Mask = own & (contrast[around] > EXACTLY)
        return inside
    height, width = (round(side * times) for side in own.shape)
    small = Image.fromarray(np.where(own, contrast[around], 0))
    soft = np.asarray(small.resize((width, height), Image.Resampling.BILINEAR))
    return soft > min(EXACTLY, 0.9 * float(soft.max()))  # a line one pixel wide is paler now


def _placed(ink: Grey, pixel: float) -> NDArray[np.uint8]:
    """Ink (H, W), 0 to 1, in a picture (28, 28) with its mass where MNIST has it. A pixel there is so many here."""
    side = IMAGE_SIDE * pixel
    corner = []
    for axis in (0, 1):
        along = ink.sum(1 - axis, np.float64)
        there = np.flatnonzero(along)
        middle = float(along @ np.arange(along.size)) / along.sum() + 0.5
        # No ink may leave the picture, wherever its mass is.
        start = np.clip(middle - (CENTRE + 0.5) * pixel, there[-1] + 1 - side, there[0])
        corner.append(float(np.clip(start, 0, along.size - side)))
    top, left = corner
    shown = Image.fromarray(ink).resize(
        (IMAGE_SIDE, IMAGE_SIDE), Image.Resampling.BOX, box=(left, top, left + side, top + side)
    )
    picture: NDArray[np.uint8] = np.rint(255 * np.asarray(shown)).clip(0, 255).astype(np.uint8)
    return picture
