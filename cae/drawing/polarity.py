"""Whether a photo shows dark ink or light ink, such as chalk: both are tried, and what is found is compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cae.drawing.digit_parts import Box, Part, in_reading_order, parts, together
from cae.drawing.ink import Grey, Ink, ink
from cae.drawing.window import darkest, lightest

__all__ = ["Found", "found"]

STEP = 9  # pixels within which brightness changes at an edge
EDGE = 0.25  # of the outline's usual step: where it is smaller, there is no edge
EDGED = 0.93  # of an outline, at least, is an edge, if it is that of ink
RECTANGLE, WHOLE = 0.8, 0.8  # a sheet of paper fills so much of a rectangle, and is no ring
SLENDER = 3  # times as long as wide: a sheet is not, a 1 is
SHEET = 0.35  # of the photo's shorter side: such a rectangle is a sheet even if nothing is written on it
WRITTEN = 0.15  # of a sheet's side, at least, is a digit on it
FAINT = 0.5  # of the other ink's step to the paper: grain, a reflection, or the paper between ruled lines
MAIN, CONTACT = 0.5, 0.35  # what touches the photo's edge may be a digit that was cropped too tightly


@dataclass(frozen=True, eq=False)
class Found:
    """Ink, ``labelled`` (H, W) by its connected parts, and the digits among them, in reading order."""

    ink: Ink
    labelled: NDArray[np.intp]
    digits: Sequence[Part]


def found(work: Grey, times: int = 1) -> Found | None:
    """The digits on a photo, luminance (H, W) from 0 to 255, whether in dark or light ink. None without ink.

    A small picture was enlarged so many ``times``, and its edges with it.
    """
    high, low = lightest(work, STEP * times), darkest(work, STEP * times)
    tried = [_Try(work, low, high, light) for light in (False, True)]
    kept = [one.without_sheets(other) for one, other in (tried, tried[::-1])]
    cropped = [one.cropped(work.shape) for one in tried]
    largest = max((one.side for parts in kept for one in parts), default=0)
    if any(one.side > 2 * largest for parts in cropped for one in parts):
        kept = cropped
    dark, light = (together(one, work.shape) for one in kept)
    # The paper within a 0, or between two digits, may look like ink of the other kind; but it is inside.
    if not light or _inside(light, dark) or (dark and not _inside(dark, light) and _stronger(dark, light, high - low)):
        return tried[0].result(dark)
    return tried[1].result(light)


class _Try:
    """What is found where ink is dark, or where it is light."""

    def __init__(self, work: Grey, low: Grey, high: Grey, light: bool) -> None:
        self.ink = ink(work, light=light)
        self.parts: list[Part] = []
        if self.ink:
            self.labelled, there = parts(self.ink.mask)
            steps = high - work if light else work - low
            relative = steps / self.ink.light  # so that a shadow on one half makes no difference
            self.parts = [one for one in there if _is_edged(one, relative)]

    def without_sheets(self, other: _Try) -> list[Part]:
        """The parts but those at the photo's edge, and sheets. On a sheet, ``other`` may find ink."""
        shorter = min(self.labelled.shape) if self.ink else 0
        return [
            one
            for one in self.parts
            if not one.contact and not (_is_rectangle(one) and (one.shorter > SHEET * shorter or other.writes_on(one)))
        ]

    def writes_on(self, sheet: Part) -> bool:
        """Whether there is ink within the sheet that is more than a speck."""
        return any(_within(one.box, sheet.box) and one.side > WRITTEN * sheet.side for one in self.parts)

    def cropped(self, photo: tuple[int, ...]) -> list[Part]:
        """Parts that touch the photo's edge a little, are in its middle, and are large."""
        height, width = photo
        return [
            one
            for one in self.parts
            if 0 < one.contact < CONTACT * one.side
            and one.side > MAIN * min(photo)
            and one.box[0] < width / 2 < one.box[2]
            and one.box[1] < height / 2 < one.box[3]
        ]

    def result(self, digits: Sequence[Part]) -> Found | None:
        return Found(self.ink, self.labelled, in_reading_order(digits)) if self.ink else None


def _is_edged(part: Part, steps: Grey) -> bool:
    """Whether there is an edge all around; not so around the paper between two digits, or a soft shadow."""
    around = steps[tuple(part.around.T)]
    return bool(np.mean(around > EDGE * np.percentile(around, 75)) >= EDGED)


def _is_rectangle(part: Part) -> bool:
    if part.area < WHOLE * part.filled or part.side > SLENDER * part.shorter:
        return False
    turns = np.deg2rad(np.arange(0, 90, 3))
    turn = np.moveaxis(np.array([[np.cos(turns), -np.sin(turns)], [np.sin(turns), np.cos(turns)]]), 2, 0)
    sides = np.ptp(part.outline @ turn, axis=1)  # (turns, 2)
    return bool(part.filled > RECTANGLE * sides.prod(axis=1).min())


def _within(box: Box, other: Box) -> bool:
    return box[0] >= other[0] and box[1] >= other[1] and box[2] <= other[2] and box[3] <= other[3]


def _inside(some: Sequence[Part], others: Sequence[Part]) -> bool:
    """Whether all of ``some`` are inside the box around the others."""
    if not others:
        return False
    corners = np.array([one.box for one in others])
    around = (*corners[:, :2].min(0), *corners[:, 2:].max(0))
    return all(_within(one.box, around) for one in some)


def _stronger(some: Sequence[Part], others: Sequence[Part], steps: Grey) -> bool:
    """Whether ``some`` are ink rather than the others: by their step to the paper, else by their size."""
    step, other = (np.median(steps[tuple(np.concatenate([one.outline for one in them]).T)]) for them in (some, others))
    if min(step, other) < FAINT * max(step, other):
        return bool(step > other)
    return sum(one.filled for one in some) > sum(one.filled for one in others)
