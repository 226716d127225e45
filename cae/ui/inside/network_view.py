"""The network as a picture: its sections in a row, the one chosen opened below with what every unit sees.

All of it is sent at once: choosing a section, a view or a unit happens in the browser and costs no new run.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from cae.ui.inside.section import Section
from cae.ui.parts import palette
from cae.ui.parts.images import Picture, data_url

__all__ = ["network_view"]

_HERE = Path(__file__).parent

_mount = st.components.v2.component(
    "network-view",
    html='<div class="network-view"></div>',
    css=(_HERE / "network_view.css").read_text(),
    js=(_HERE / "network_view.js").read_text(),
)


def network_view(sections: Sequence[Section], digit: Picture, *, key: str) -> None:
    """Show the sections, and the digit (28, 28) on which the pixels that a unit sees are framed."""
    data = {
        "digit": {"sprite": data_url(digit), "height": digit.shape[0], "width": digit.shape[1]},
        "sections": [section.as_dict() for section in sections],
        "first": 1,  # the first stage: what a visitor should meet before they touch anything
        "aside": palette.DIFFERENCE,
    }
    _mount(key=key, data=data)
