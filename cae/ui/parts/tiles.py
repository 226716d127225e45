"""Pictures side by side, each with its caption and the colour of its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from cae.ui.parts import palette
from cae.ui.parts.images import Picture, data_url, sheet, signed_error

__all__ = ["Tile", "row", "strip", "through", "tiles"]


@dataclass(frozen=True)
class Tile:
    """One picture of a row: its caption, a note below it, and the colour that its kind has on every page."""

    picture: Picture | None  # None: text only
    caption: str
    tone: str
    note: str = ""


def through(original: Picture, reconstruction: Picture, network: str, note: str = "") -> list[Tile]:
    """A picture's way through a network: what goes in, what comes back, and the difference.

    Args:
        network: its title.
        note: shown below the picture that goes in.
    """
    error = signed_error(original, reconstruction)
    return [
        Tile(original, "What the network sees", palette.ORIGINAL, note),
        Tile(reconstruction, "What comes back", palette.RECONSTRUCTION, network),
        Tile(error, "The difference", palette.DIFFERENCE, "Blue: too dark. Orange: too bright."),
    ]


def tiles(pictures: Sequence[Tile], columns: int | None = None, phone: int | None = None) -> None:
    """Show pictures in a row. On a phone, more than three are shown in two columns. They change in place."""
    st.html(row(pictures, columns, phone))


def row(pictures: Sequence[Tile], columns: int | None = None, phone: int | None = None) -> str:
    """The HTML of such a row."""
    cells = "".join(
        f'<figure style="--tone:{one.tone}">{_image(one)}'
        f"<figcaption>{escape(one.caption)}<small>{escape(one.note)}</small></figcaption></figure>"
        for one in pictures
    )
    across = columns or len(pictures)
    phone = phone or (across if across <= 3 else 2)
    height, width = next(one.picture.shape for one in pictures if one.picture is not None)[:2]
    return f'<div class="tiles" style="--columns:{across};--phone:{phone};--ratio:{width}/{height}">{cells}</div>'


def _image(one: Tile) -> str:
    return "" if one.picture is None else f'<img src="{data_url(one.picture)}" alt="{escape(one.caption)}">'


def strip(rows: Sequence[Picture], tones: Sequence[str], names: Sequence[str]) -> None:
    """Rows of small pictures (N, H, W) below each other; a column shows the same picture in each row.

    ``names`` say what each row shows, to those who cannot see it.
    """
    images = "".join(
        f'<img src="{data_url(sheet(row, columns=len(row), gap=1))}" alt="{escape(name)}" style="--tone:{tone}">'
        for row, tone, name in zip(rows, tones, names, strict=True)
    )
    st.html(f'<div class="strip">{images}</div>')
