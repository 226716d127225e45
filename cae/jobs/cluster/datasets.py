"""Data sets in Ray's object store: each is put there once, and every node gets it once."""

from __future__ import annotations

import warnings
from typing import Any

import torch

from cae.data.datasets import Dataset, Split

__all__ = ["packed", "unpacked"]

SPLITS = ("train", "validation", "test")


def packed(dataset: Dataset) -> dict[str, Any]:
    """The data set as numpy arrays, which all processes of a node share."""
    splits = {part: getattr(dataset, part) for part in SPLITS}
    arrays = {part: (split.images.numpy(), split.labels.numpy()) for part, split in splits.items()}
    return {"name": dataset.name, "classes": dataset.classes, **arrays}


def unpacked(parts: dict[str, Any]) -> Dataset:
    """The inverse of ``packed``. Its tensors must not be written to: they are the node's shared memory."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of memory that cannot be written to
        splits = {part: Split(*map(torch.from_numpy, parts[part])) for part in SPLITS}
    return Dataset(name=parts["name"], classes=parts["classes"], **splits)
