"""Finds the handwritten digits on a photo, a scan or a screenshot, and prepares each as those of MNIST were.

The steps: even light, ink, the parts of the ink that make a digit, and its 28×28 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from cae.drawing.digit_parts import Box
from cae.drawing.fitted import fitted
from cae.drawing.ink import LEAST_CONTRAST, Grey
from cae.drawing.luminance import luminance
from cae.drawing.polarity import found
from cae.drawing.strokes import IMAGE_SIDE

__all__ = ["Digit", "Photo", "digits_of"]

Picture = NDArray[np.uint8]  # (H, W), 0 to 255

LONGEST, SHORTEST = 1024, 512  # pixels: the longer side of the photo while it is worked upon
BLUR = 1.0  # pixels: the camera's grain is averaged so far


@dataclass(frozen=True, eq=False)
class Digit:
    """One digit on a photo: its box there, in pixels of ``Photo.even``, and its picture (28, 28), 255 is full ink."""

    box: Box
    picture: Picture


@dataclass(frozen=True, eq=False)
class Photo:
    """The steps from a photo to its digits.

    Attributes:
        even: (H, W) in even light: 255 is paper, 0 is full ink.
        mask: (H, W), 255 where the ink of the digits is.
        digits: in reading order.
    """

    even: Picture
    mask: Picture
    digits: tuple[Digit, ...]


def digits_of(image: Image.Image) -> Photo:
    """The digits on a photo of any mode and size, upright, as ``cae.drawing.picture_file`` opens them.

    Ink may be darker or lighter than the paper. What touches the photo's edge is no digit. A 28×28 picture on pure
    black or white keeps its pixels (on white: inverted), so a digit of MNIST itself stays as it is.

    Raises ``ValueError`` for a picture without pixels and ``OSError`` for a damaged file.
    """
    if 0 in image.size:
        raise ValueError("The picture has no pixels; choose another file.")
    grey = luminance(image)
    ready = _ready(grey)
    if ready is not None:
        return ready
    work, times = _at_work_size(grey)
    there = found(work, times)
    if there is None:
        return Photo(np.full(work.shape, 255, np.uint8), np.zeros(work.shape, np.uint8), ())
    even = np.rint(255 * (1 - there.ink.contrast)).astype(np.uint8)
    mask = np.zeros(work.shape, np.uint8)
    digits = []
    for one in there.digits:
        own = np.isin(there.labelled, one.labels)
        mask[own] = 255
        digits.append(Digit(one.box, fitted(there.ink.contrast, own, one.box)))
    return Photo(even, mask, tuple(digits))


def _at_work_size(grey: NDArray[np.float64]) -> tuple[Grey, int]:
    """The photo with its longer side between ``SHORTEST`` and ``LONGEST`` pixels, and less grain.

    Also returns how many times larger it is than the photo was, where that was small.
    """
    longer, times = max(grey.shape), 1
    picture = Image.fromarray(grey.astype(np.float32))
    if longer > LONGEST:
        size = [max(1, round(side * LONGEST / longer)) for side in picture.size]
        picture = picture.resize((size[0], size[1]), Image.Resampling.BOX)
    elif longer < SHORTEST:
        times = SHORTEST // longer
        picture = picture.resize((picture.width * times, picture.height * times), Image.Resampling.BILINEAR)
    work: Grey = ndimage.gaussian_filter(np.asarray(picture), BLUR)
    return work, times


def _ready(grey: NDArray[np.float64]) -> Photo | None:
    """A picture that already is as those of MNIST are."""
    paper = float(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))
    if grey.shape != (IMAGE_SIDE, IMAGE_SIDE) or paper not in (0, 255):
        return None
    picture = np.rint(abs(grey - paper)).astype(np.uint8)
    if picture.max() < LEAST_CONTRAST:
        return None
    rows, columns = np.flatnonzero(picture.any(1)), np.flatnonzero(picture.any(0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    return Photo(255 - picture, picture, (Digit(box, picture),))
