"""One picture file, whatever its format, as a small square picture for a network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cae.drawing.deep_picture import is_deep, stretched
from cae.drawing.picture_file import open_picture
from cae.registry import Shape

__all__ = ["prepared_picture"]

SPARE = 8  # how many times larger than needed a picture is read: one that is 8 times as long as wide stays sharp


def prepared_picture(content: bytes, shape: Shape, called: str = "The file") -> NDArray[np.uint8]:
    """The bytes of a picture file as uint8 (channels, side, side), 0 is black.

    - The central square is cut out and scaled with a Lanczos filter, which averages over the area. A square picture of
      that side keeps its pixels.
    - Transparent pixels become white, as on a page.
    - One channel is luminance (ITU-R 601-2), three are red, green and blue.
    - A picture of 16 or 32 bits, or of floats, is stretched: its darkest pixel is black, its lightest white.
    - The camera's note says what is up. Of an animation the first picture counts.

    Raises ``ValueError``, with a sentence that begins with ``called``, for what is not a picture.
    """
    side, channels = shape.side, shape.channels
    picture = open_picture(content, called=called, longest_side=SPARE * side, colour=channels == 3)
    if is_deep(picture):
        shown = Image.fromarray(np.rint(stretched(picture)).astype(np.uint8))
    else:
        page = Image.new("RGBA", picture.size, "white")
        shown = Image.alpha_composite(page, picture)
    small = _square(shown.convert("RGB" if channels == 3 else "L"), side)
    return np.ascontiguousarray(np.asarray(small).reshape(side, side, channels).transpose(2, 0, 1))


def _square(picture: Image.Image, side: int) -> Image.Image:
    shorter = min(picture.size)
    left, top = ((length - shorter) / 2 for length in picture.size)
    box = (left, top, left + shorter, top + shorter)
    return picture.resize((side, side), Image.Resampling.LANCZOS, box=box)
