"""Pictures of more than 8 bits: their levels as grey."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["is_deep", "stretched"]


def is_deep(picture: Image.Image) -> bool:
    """Whether its pixels have 16 or 32 bits or are floats: they have no fixed black and white."""
    return picture.mode[0] in "IF"


def stretched(picture: Image.Image) -> NDArray[np.float64]:
    """Luminance (H, W) of a deep picture: its darkest pixel becomes 0, its lightest 255. One level only is 0.

    NaN and infinity become the picture's median.
    """
    deep = np.asarray(picture, np.float64)
    finite = deep[np.isfinite(deep)]
    if not finite.size:
        return np.zeros(deep.shape)
    deep = np.where(np.isfinite(deep), deep, np.median(finite))
    shown: NDArray[np.float64] = (deep - deep.min()) * (255 / max(float(np.ptp(deep)), 1e-6))
    return shown
