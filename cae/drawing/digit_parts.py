"""Which parts of the ink on a photo are digits: what belongs together, and in what order it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import KDTree
from skimage.measure import label, regionprops

from cae.drawing.pen_width import Mask

__all__ = ["Box", "Part", "in_reading_order", "parts", "together"]

Box = tuple[int, int, int, int]  # left, top, right, bottom; the last two are outside

SMALLEST = 0.02  # of the photo's longer side: what is smaller is a speck
GRAIN = 6  # pixels
APART = 3  # pixels
SPECK = 0.25  # of the largest digit: what is smaller, and belongs to no digit, is a speck, too
NEAR, FARTHER = 0.04, 0.2  # of the larger part's side: how near parts of one digit are, if as high, and if very low
MOST_PARTS = 60  # the largest: a table's grain may have thousands
RULED = 12.0  # times as long as high: a ruled line ...
LONG = 0.4  # ... if it is as long as this share of the photo


@dataclass(frozen=True, eq=False)
class Part:
    """Connected ink, or several such parts that make one digit: ``labels`` say which pixels of the labelled ink."""

    box: Box
    labels: tuple[int, ...]
    outline: NDArray[np.intp]  # (P, 2), rows and columns: the ink's last pixels
    around: NDArray[np.intp]  # (P, 2), the paper's pixels ``APART`` from them
    area: int  # pixels
    filled: int  # pixels, with the holes
    contact: int  # pixels at the photo's edge

    @property
    def side(self) -> int:
        """The longer one, in pixels."""
        left, top, right, bottom = self.box
        return max(right - left, bottom - top)

    @property
    def height(self) -> int:
        """In pixels."""
        return self.box[3] - self.box[1]

    @property
    def shorter(self) -> int:
        """The shorter side, in pixels."""
        left, top, right, bottom = self.box
        return min(right - left, bottom - top)

    def joined(self, other: Part) -> Part:
        """One part of both."""
        (left, top, right, bottom), (x, y, end, foot) = self.box, other.box
        return Part(
            (min(left, x), min(top, y), max(right, end), max(bottom, foot)),
            self.labels + other.labels,
            np.concatenate([self.outline, other.outline]),
            np.concatenate([self.around, other.around]),
            self.area + other.area,
            self.filled + other.filled,
            self.contact + other.contact,
        )


def parts(mask: Mask) -> tuple[NDArray[np.intp], list[Part]]:
    """Connected ink, the largest first, without ruled lines and grains.

    Returns the labelled ink (H, W), and its parts.
    """
    height, width = mask.shape
    labelled = label(mask, connectivity=2)
    found = sorted(regionprops(labelled), key=lambda one: -one.area)
    kept = []
    for one in found[:MOST_PARTS]:
        if one.area < GRAIN:
            break
        top, left, bottom, right = one.bbox
        if right - left > max(RULED * (bottom - top), LONG * width):
            continue
        inside = np.pad(one.image, 1)
        outline = np.argwhere(inside & ~ndimage.binary_erosion(inside)) - 1 + (top, left)
        near = ndimage.binary_dilation(np.pad(one.image, APART), iterations=APART)
        around = np.argwhere(near & ~ndimage.binary_erosion(near)) - APART + (top, left)
        around = around[((around >= 0) & (around < (height, width))).all(1)]
        contact = int(((outline == 0) | (outline == (height - 1, width - 1))).any(1).sum())
        box = (left, top, right, bottom)
        kept.append(Part(box, (one.label,), outline, around, int(one.area), int(one.area_filled), contact))
    return labelled, kept


def together(found: Sequence[Part], photo: tuple[int, ...]) -> list[Part]:
    """The digits: parts that are near each other are one, such as a 5 and its bar. Specks are left out."""
    digits: list[Part] = list(found)
    trees = [KDTree(one.outline) for one in digits]
    joined = True
    while joined:
        joined = False
        for i in range(len(digits)):
            for j in range(i):
                if _belong(digits[i], digits[j], trees[i], trees[j]):
                    digits[j] = digits[j].joined(digits.pop(i))
                    trees[j] = KDTree(digits[j].outline)
                    del trees[i]
                    joined = True
                    break
            if joined:
                break
    largest = max((one.side for one in digits), default=0)
    return [one for one in digits if one.side >= max(SMALLEST * max(photo), SPECK * largest)]


def _belong(one: Part, other: Part, tree: KDTree, other_tree: KDTree) -> bool:
    """Whether two parts are one digit: the lower one of them is, the farther away it may be."""
    low, high = sorted((one.height, other.height))
    near = max(one.side, other.side) * (NEAR + FARTHER * (1 - low / high))
    if len(one.outline) > len(other.outline):
        one, other_tree = other, tree
    return bool(np.isfinite(other_tree.query(one.outline, distance_upper_bound=near + 1)[0]).any())


def in_reading_order(digits: Sequence[Part]) -> list[Part]:
    """Line by line, from left to right."""
    lines: list[list[Part]] = []
    for one in sorted(digits, key=lambda one: one.box[1] + one.box[3]):
        if lines and any(_beside(one.box, other.box) for other in lines[-1]):
            lines[-1].append(one)
        else:
            lines.append([one])
    return [one for line in lines for one in sorted(line, key=lambda one: one.box[0])]


def _beside(one: Box, other: Box) -> bool:
    """Whether two boxes share a third of the lower one's height."""
    shared = min(one[3], other[3]) - max(one[1], other[1])
    return shared > min(one[3] - one[1], other[3] - other[1]) / 3
