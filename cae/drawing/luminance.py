"""How light a picture is, whatever kind of picture it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["luminance"]


def luminance(image: Image.Image) -> NDArray[np.float64]:
    """Luminance (H, W), 0 to 255. Transparent pixels count as paper."""
    if image.mode[0] in "IF":  # 16 or 32 bits or floats: no fixed range, so the picture's own
        deep = np.asarray(image, np.float64)
        finite = deep[np.isfinite(deep)]
        if not finite.size:
            return np.zeros(deep.shape)
        deep = np.where(np.isfinite(deep), deep, np.median(finite))  # NaN and infinity count as paper
        shown: NDArray[np.float64] = (deep - deep.min()) * (255 / max(float(np.ptp(deep)), 1e-6))
        return shown
    rgba = image.convert("RGBA")
    grey = np.asarray(rgba.convert("L"), np.float64)
    alpha = np.asarray(rgba.getchannel("A"), np.float64) / 255
    # Paper is white behind dark ink, black behind light ink.
    behind = 255.0 if (grey * alpha).sum() < 127.5 * alpha.sum() else 0.0
    return grey * alpha + behind * (1 - alpha)
