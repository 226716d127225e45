"""A person's own pictures as a data set, in three splits that depend on nothing but the pictures."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from cae.data.datasets import Dataset, Split

__all__ = [
    "LEAST_SPLIT",
    "MAX_CLASSES",
    "MAX_PICTURES",
    "MIN_PICTURES",
    "OwnPictures",
    "arranged",
    "digest",
]

MIN_PICTURES, MAX_PICTURES = 200, 20_000
MAX_CLASSES = 100
LEAST_SPLIT = 5  # pictures; 200 pictures leave fewer in a split about once in 60,000 times

# Where the validation and the test split begin among all SHA-256 digests: after 80 % and 90 % of them.
VALIDATION_BEGINS, TEST_BEGINS = ((tenths * 2**256 // 10).to_bytes(32, "big") for tenths in (8, 9))


@dataclass(frozen=True, eq=False)
class OwnPictures:
    """Pictures in three splits: images uint8 (N, channels, side, side), labels int64 (N,), places in ``classes``.

    The digest of a picture decides its split, and its place in it. So the same picture is always in the same split,
    whatever its file is called and whatever else is there; and the same pictures give the same data set, bit for bit.
    """

    title: str
    classes: tuple[str, ...]  # sorted; each has a picture
    train: Split
    validation: Split
    test: Split
    duplicates: int = 0  # pictures that were there already
    skipped: int = 0  # files that could not be used
    reasons: tuple[str, ...] = ()  # why, in a sentence each, of the first of them

    def dataset(self, name: str) -> Dataset:
        """The same as a data set called ``name``."""
        return Dataset(name, self.train, self.validation, self.test, self.classes)

    def __len__(self) -> int:
        return len(self.train) + len(self.validation) + len(self.test)


def digest(pixels: NDArray[np.uint8]) -> bytes:
    """The SHA-256 digest of a prepared picture's pixels, (channels, side, side)."""
    return hashlib.sha256(pixels.tobytes()).digest()


def arranged(
    pictures: Mapping[bytes, tuple[NDArray[np.uint8], str]],
    title: str,
    duplicates: int = 0,
    skipped: int = 0,
    reasons: tuple[str, ...] = (),
) -> OwnPictures:
    """A data set of ``pictures``: the ``digest`` of each, its pixels (channels, side, side) and its class.

    Raises ``ValueError`` for too many classes and for a split that would be too small: no picture can move to another
    split, so there must be more of them.
    """
    classes = tuple(sorted({name for _, name in pictures.values()}))
    if len(classes) > MAX_CLASSES:
        raise ValueError(
            f"There are pictures in {len(classes):,} subfolders, and each is a class; use at most {MAX_CLASSES}."
        )
    order = sorted(pictures)
    ends = [bisect_left(order, VALIDATION_BEGINS), bisect_left(order, TEST_BEGINS), len(order)]
    if min(np.diff([0, *ends])) < LEAST_SPLIT:
        raise ValueError(
            f"Of these {len(order)} pictures too few fall to validation or test by chance; add a few more pictures."
        )
    places = {name: place for place, name in enumerate(classes)}
    images = torch.from_numpy(np.stack([pictures[one][0] for one in order]))
    labels = torch.tensor([places[pictures[one][1]] for one in order], dtype=torch.int64)
    every = Split(images, labels)
    train, validation, test = every[: ends[0]], every[ends[0] : ends[1]], every[ends[1] :]
    return OwnPictures(title, classes, train, validation, test, duplicates, skipped, reasons)
