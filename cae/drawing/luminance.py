"""How light a picture is, whatever kind of picture it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cae.drawing.deep_picture import is_deep, stretched

__all__ = ["luminance"]


def luminance(image: Image.Image) -> NDArray[np.float64]:
    """Luminance (H, W), 0 to 255. Transparent pixels count as paper."""
    if is_deep(image):
        return stretched(image)  # NaN and infinity count as paper
    rgba = image.convert("RGBA")
    grey = np.asarray(rgba.convert("L"), np.float64)
    alpha = np.asarray(rgba.getchannel("A"), np.float64) / 255
    # Paper is white behind dark ink, black behind light ink.
    behind = 255.0 if (grey * alpha).sum() < 127.5 * alpha.sum() else 0.0
    return grey * alpha + behind * (1 - alpha)
