"""Arrays of numbers as text, for the data of a component."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

__all__ = ["packed"]


def packed(values: Any, kind: str = "u1") -> str:
    """Numbers of the NumPy ``kind`` in base64: a tenth of their size in words. Whole kinds are rounded."""
    rounded = values if kind == "<f4" else np.rint(values)
    return base64.b64encode(np.ascontiguousarray(rounded, kind).tobytes()).decode()
