"""Two pictures in one frame with a divider to drag: one picture left of it, the other right of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from cae.ui.parts.images import Picture, data_url, sheet

__all__ = ["Side", "split_view"]

_HERE = Path(__file__).parent

_mount = st.components.v2.component(
    "split_view",
    html=(_HERE / "split_view.html").read_text(),
    css=(_HERE / "split_view.css").read_text(),
    js=(_HERE / "split_view.js").read_text(),
)


@dataclass(frozen=True, eq=False)
class Side:
    """One side of the divider: a picture (H, W) or (H, W, 3), its title and its colour."""

    picture: Picture
    title: str
    tone: str


def split_view(left: Side, right: Side, *, key: str) -> None:
    """Show both pictures in one square. The divider keeps its position when the pictures change."""
    height, width = left.picture.shape[:2]
    data = {
        "sprite": data_url(sheet(np.stack([left.picture, right.picture]), columns=2)),
        "width": width,
        "height": height,
        "titles": [left.title, right.title],
        "tones": [left.tone, right.tone],
    }
    _mount(key=key, data=data)
