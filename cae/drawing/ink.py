"""Ink on a photo: what is darker, or lighter, than the paper around it, under whatever light.

Paper is what a morphological closing makes of the photo: it fills every dark thing that is narrower than its window
(Serra 1982: the black top-hat is the difference). A pen's line is narrow. A shadow, a table beside the sheet, and
light that falls off to one side are not, so they stay in the paper, with their edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import threshold_otsu

from cae.drawing.digit_parts import parts
from cae.drawing.pen_width import Mask, pen_width
from cae.drawing.window import closed, opened

__all__ = ["EXACTLY", "LEAST_CONTRAST", "Grey", "Ink", "ink"]

Grey = NDArray[np.float32]  # (H, W)

LEAST_CONTRAST = 24  # grey levels of 255 between paper and ink; with less, there is none
GRAIN = 6.0  # ink differs from the paper by more than so many standard deviations of the paper's grain
FIRST_WINDOW = 0.45  # of the shorter side: wider than any pen
NEXT_WINDOW = 3.0  # pen widths
PALE = 0.3  # of what is at the photo's edge: ink is paler than the table, but not by more
LARGE = 0.2  # of the largest part: what is smaller says nothing about the pen
DARKEST = 0.25  # of the brightest paper: where there is less light, contrast is not measured relative to it
ROUGHLY, EXACTLY = 0.65, 0.5  # of the ink's contrast: where ink begins, for the pen's width and for its edge


@dataclass(frozen=True, eq=False)
class Ink:
    """Where the ink is.

    Attributes:
        contrast: (H, W), 0 on paper and 1 in full ink.
        mask: (H, W), the inside of the ink.
        light: (H, W), grey levels: the light on the paper, to which differences are relative.
    """

    contrast: Grey
    mask: Mask
    light: Grey


def ink(grey: Grey, *, light: bool) -> Ink | None:
    """The ink on a photo, luminance (H, W) from 0 to 255; None if there is none.

    Args:
        light: whether the ink is lighter than the paper, as chalk is.
    """
    window = FIRST_WINDOW * min(grey.shape)
    found = _within(grey, window, light, ROUGHLY)
    if found is None:
        return None
    # A window that fits the pen leaves more of the shadows in the paper.
    fitting = NEXT_WINDOW * _widest(found.mask)
    return _within(grey, fitting, light, EXACTLY) if fitting < window else _within(grey, window, light, EXACTLY)


def _widest(mask: Mask) -> float:
    """The width of the widest pen, in pixels, but for what touches the photo's edge: a table is no pen."""
    labelled, found = parts(mask)
    widths = []
    for one in found:
        left, top, right, bottom = one.box
        if not one.contact and one.side > LARGE * found[0].side:
            widths.append(pen_width(np.isin(labelled[top:bottom, left:right], one.labels), 90))
    return max(widths) if widths else pen_width(mask, 90)


def _within(grey: Grey, window: float, light: bool, share: float) -> Ink | None:
    """Ink whose lines are narrower than the window, in pixels."""
    half = round(window / 2)
    # What is at the edge goes on beyond it: else a table, of which little is on the photo, would be narrow.
    if light:
        paper = opened(grey, half)
        difference = grey - paper
        lit = paper + DARKEST * np.percentile(grey, 99.9)
    else:
        paper = closed(grey, half)
        difference = paper - grey
        lit = np.maximum(paper, DARKEST * np.percentile(paper, 95))
    typical = np.median(difference)
    grain = 1.4826 * np.median(np.abs(difference - typical))  # the standard deviation, if it were Gaussian
    difference -= typical  # grain lifts the paper above its mean
    lit = np.maximum(lit, 1)
    contrast = difference / lit
    some = difference > max(LEAST_CONTRAST, GRAIN * grain)
    full = _full(contrast[some])
    # A dark table may reach into the sheet, and the pen be paler.
    inner = _full(contrast[some & ~_at_the_edge(contrast > share * full)])
    if inner > PALE * full:
        full = inner
    if not full:
        return None
    contrast = (contrast / full).clip(0, 1)
    return Ink(contrast, contrast > share, lit)


def _full(contrasts: Grey) -> float:
    """The contrast of full ink. The lines of squared paper have a contrast, too: a smaller one. 0 without any."""
    if not contrasts.size:
        return 0.0
    return float(np.percentile(contrasts[contrasts >= threshold_otsu(contrasts)], 80))


def _at_the_edge(mask: Mask) -> Mask:
    """What touches the photo's edge, and a little around it."""
    labelled, count = ndimage.label(mask)
    touches = np.zeros(count + 1, bool)
    for edge in (labelled[0], labelled[-1], labelled[:, 0], labelled[:, -1]):
        touches[edge] = True
    touches[0] = False  # paper
    around: Mask = ndimage.binary_dilation(touches[labelled], iterations=3)
    return around
