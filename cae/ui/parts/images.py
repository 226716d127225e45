"""Digits as crisp pictures: arrays in, arrays or PNG out. Nothing here knows Streamlit.

A grey picture is (H, W), a coloured one (H, W, 3); both are uint8, 0 black to 255 white.
"""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cae.ui.parts.palette import SIGNED_ERROR

__all__ = ["Picture", "data_url", "enlarge", "png", "sheet", "signed", "signed_error"]

Picture = NDArray[np.uint8]


def enlarge(picture: Picture, scale: int) -> Picture:
    """Every pixel becomes a ``scale`` by ``scale`` square, so that nothing is blurred."""
    return picture.repeat(scale, axis=0).repeat(scale, axis=1)


def png(picture: Picture) -> bytes:
    """The picture as a PNG file, without loss."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png")
    return file.getvalue()


def data_url(picture: Picture) -> str:
    """The PNG as an address that holds the file itself: what to give an ``st.image``.

    Given an array, ``st.image`` sends a lossy JPEG, and as a file that is gone if a rerun comes first.
    """
    return f"data:image/png;base64,{base64.b64encode(png(picture)).decode()}"


def signed_error(original: Picture, reconstruction: Picture, *, limit: float = 0.5) -> Picture:
    """Where ink was lost (blue) and where it was invented (orange): (..., H, W) twice to (..., H, W, 3).

    An error of ``limit``, as a share of full ink, has the full colour, and a larger one no more than that.
    The scale is the same for every picture, so that two of them can be compared.
    """
    return signed((reconstruction.astype(np.float64) - original) / (255 * limit))


def signed(values: NDArray[np.floating[Any]]) -> Picture:
    """Blue below zero, black at zero, orange above: (...) → (..., 3). Beyond −1 and 1 the colour stays the same."""
    coloured: Picture = SIGNED_ERROR[128 + np.rint(127 * np.clip(values, -1, 1)).astype(np.intp)]
    return coloured


def sheet(pictures: Picture, *, columns: int, gap: int = 0) -> Picture:
    """(N, H, W) or (N, H, W, 3) on one black sheet, row by row, ``gap`` pixels apart."""
    count, height, width = pictures.shape[:3]
    rows = -(-count // columns)
    cells = np.zeros((rows * columns, height + gap, width + gap, *pictures.shape[3:]), np.uint8)
    cells[:count, :height, :width] = pictures
    cells = cells.reshape(rows, columns, *cells.shape[1:]).swapaxes(1, 2)
    grid = cells.reshape(rows * (height + gap), columns * (width + gap), *cells.shape[4:])
    return grid[: grid.shape[0] - gap, : grid.shape[1] - gap]
