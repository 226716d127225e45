"""Animations of small pictures."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cae.images import enlarge

__all__ = ["there_and_back"]

MILLISECONDS = 60  # a frame
SCALE = 6  # each pixel becomes a square of so many


def there_and_back(frames: NDArray[np.uint8]) -> bytes:
    """A lossless, animated WebP file of frames (N, H, W) or (N, H, W, 3), forwards and backwards, for ever."""
    first, *others = [Image.fromarray(enlarge(one, SCALE)) for one in (*frames, *frames[-2:0:-1])]
    file = io.BytesIO()
    first.save(file, "webp", save_all=True, append_images=others, duration=MILLISECONDS, loop=0, lossless=True)
    return file.getvalue()
