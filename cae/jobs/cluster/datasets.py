"""Data sets in Ray's object store: each is put there once, and every node gets it once."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import torch

from cae.data.datasets import Dataset

__all__ = ["packed", "unpacked"]


def packed(dataset: Dataset) -> dict[str, Any]:
    """The data set as numpy arrays, which all processes of a node share."""
    arrays = {name: tensor.numpy() for name, tensor in dataset.tensors().items()}
    return {"name": dataset.name, "classes": dataset.classes, "arrays": arrays}


def unpacked(parts: dict[str, Any]) -> Dataset:
    """The inverse of ``packed``. Its tensors must not be written to: they are the node's shared memory."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of memory that cannot be written to
        tensors = {name: torch.from_numpy(array) for name, array in parts["arrays"].items()}
    return replace(Dataset.of(parts["name"], tensors), classes=parts["classes"])
