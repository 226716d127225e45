"""How wide the pen was, from the ink that it left."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

__all__ = ["Mask", "pen_width"]

Mask = NDArray[np.bool_]  # (H, W)


def pen_width(mask: Mask, percentile: float = 50) -> float:
    """The width of the lines in pixels: twice the distance from their middle to the paper."""
    padded = np.pad(mask, 1)
    distance = ndimage.distance_transform_edt(padded)
    middle = padded & (distance == ndimage.maximum_filter(distance, 3))
    return 2 * float(np.percentile(distance[middle], percentile)) - 1
