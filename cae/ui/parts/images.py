"""Pictures as arrays, coloured, joined and encoded as PNG. This module does not import Streamlit.

A grey picture is (H, W), a coloured one (H, W, 3). Both are uint8, from 0 (black) to 255 (white).
"""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cae.ui.parts.palette import SIGNED_ERROR

__all__ = ["Picture", "data_url", "error_table", "grey_error", "png", "sheet", "signed", "signed_error"]

Picture = NDArray[np.uint8]


def png(picture: Picture) -> bytes:
    """The picture as a PNG file, which is lossless."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png")
    return file.getvalue()


def data_url(picture: Picture) -> str:
    """The picture as a PNG data URL; give this to ``st.image``.

    ``st.image`` would encode an array as a lossy JPEG file, and a rerun could delete the file before it is fetched.
    """
    return f"data:image/png;base64,{base64.b64encode(png(picture)).decode()}"


def signed_error(original: Picture, reconstruction: Picture, *, limit: float = 0.5) -> Picture:
    """The signed error in colour, (..., H, W) → (..., H, W, 3): blue where it is too dark, orange where too bright.

    For pictures in colour, (..., H, W, 3), see ``grey_error``. An error of ``limit`` or more, where 1 is the step from
    black to white, has the full colour. The scale is the same for all pictures, so that they can be compared.
    """
    return signed(grey_error(original, reconstruction) / (255 * limit))


def grey_error(original: Picture, reconstruction: Picture) -> NDArray[np.float64]:
    """Reconstruction − original, in levels: (..., H, W).

    In colour, each pixel has the root mean square over its channels, so that a wrong hue shows, with the sign of their
    mean: above zero is too bright.
    """
    error = reconstruction.astype(np.float64) - original
    if error.ndim < 3 or error.shape[-1] != 3:
        return error
    signs = np.where(error.mean(-1) < 0, -1.0, 1.0)
    found: NDArray[np.float64] = signs * np.sqrt(np.square(error).mean(-1))
    return found


def error_table() -> Picture:
    """The colour of every signed error in grey levels, −255 to 255: (511, 3)."""
    error = np.arange(-255, 256)
    return signed_error(np.maximum(-error, 0), np.maximum(error, 0))


def signed(values: NDArray[np.floating[Any]]) -> Picture:
    """Values (...) as colours (..., 3): blue below zero, black at zero, orange above. Clipped to −1 to 1."""
    coloured: Picture = SIGNED_ERROR[128 + np.rint(127 * np.clip(values, -1, 1)).astype(np.intp)]
    return coloured


def sheet(pictures: Picture, *, columns: int, gap: int = 0) -> Picture:
    """The pictures (N, H, W) or (N, H, W, 3) on one black sheet, row by row, ``gap`` pixels apart."""
    count, height, width = pictures.shape[:3]
    rows = -(-count // columns)
    cells = np.zeros((rows * columns, height + gap, width + gap, *pictures.shape[3:]), np.uint8)
    cells[:count, :height, :width] = pictures
    cells = cells.reshape(rows, columns, *cells.shape[1:]).swapaxes(1, 2)
    grid = cells.reshape(rows * (height + gap), columns * (width + gap), *cells.shape[4:])
    return grid[: grid.shape[0] - gap, : grid.shape[1] - gap]
