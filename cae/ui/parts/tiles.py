"""Pictures side by side, each with its caption and the colour that it has on every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from cae.ui.parts.images import Picture, data_url, sheet

__all__ = ["Tile", "strip", "tiles"]


@dataclass(frozen=True)
class Tile:
    """One picture of a row: what it is in words, and the colour that this thing has on every page."""

    picture: Picture | None  # None: words alone
    caption: str
    tone: str
    note: str = ""


def tiles(pictures: Sequence[Tile], columns: int | None = None, phone: int | None = None) -> None:
    """Pictures side by side, more than three of them two by two on a phone; they change in place."""
    cells = "".join(
        f'<figure style="--tone:{one.tone}">{_image(one)}'
        f"<figcaption>{escape(one.caption)}<small>{escape(one.note)}</small></figcaption></figure>"
        for one in pictures
    )
    across = columns or len(pictures)
    phone = phone or (across if across <= 3 else 2)
    height, width = next(one.picture.shape for one in pictures if one.picture is not None)[:2]
    st.html(f'<div class="tiles" style="--columns:{across};--phone:{phone};--ratio:{width}/{height}">{cells}</div>')


def _image(one: Tile) -> str:
    return "" if one.picture is None else f'<img src="{data_url(one.picture)}" alt="{escape(one.caption)}">'


def strip(rows: Sequence[Picture], tones: Sequence[str]) -> None:
    """Rows of small pictures (N, H, W) over each other, the same thing in the same column."""
    images = "".join(
        f'<img src="{data_url(sheet(row, columns=len(row), gap=1))}" alt="" style="--tone:{tone}">'
        for row, tone in zip(rows, tones, strict=True)
    )
    st.html(f'<div class="strip">{images}</div>')
