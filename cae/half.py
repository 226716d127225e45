"""Weights in 16 bits (IEEE 754 binary16) for files: half of the bytes.

Kernels and matrices only: vectors are few, and a batch norm divides by one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["allowed", "packed", "rounded", "widened"]

Values = NDArray[Any]


def rounded(values: Values) -> Values:
    """The weights with 11 significant bits, still float32. A tensor with a value above 65,504 stays as it is."""
    half = _half(values)
    return values if half is None or not np.isfinite(half).all() else half.astype(np.float32)


def packed(values: Values) -> Values:
    """The weights as float16 if that changes none of them, as after ``rounded``; else as they are."""
    half = _half(values)
    return values if half is None or not np.array_equal(half, values) else half


def widened(values: Values) -> Values:
    """What ``packed`` was given."""
    return values.astype(np.float32) if values.dtype == np.float16 else values


def allowed(dimensions: int, *, floating: bool) -> bool:
    """Whether such a tensor may have 16 bits."""
    return floating and dimensions > 1


def _half(values: Values) -> NDArray[np.float16] | None:
    if not allowed(values.ndim, floating=values.dtype.kind == "f"):
        return None
    with np.errstate(over="ignore"):
        return values.astype(np.float16)
