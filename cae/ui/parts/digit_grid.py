"""A grid of small digits, each a button: click one to choose it.

A cell stacks one picture from every row given: an original, what the network made of it, what PCA made of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from cae.ui.parts.images import Picture, data_url, sheet

__all__ = ["digit_grid"]

_HERE = Path(__file__).parent

_mount = st.components.v2.component(
    "digit_grid",
    html='<div class="grid" role="group"></div>',
    css=(_HERE / "digit_grid.css").read_text(),
    js=(_HERE / "digit_grid.js").read_text(),
)


def digit_grid(
    rows: Sequence[Picture],
    *,
    labels: Sequence[str],
    key: str,
    label: str = "Digits",
    captions: Sequence[str] | None = None,
    tones: Sequence[str] | None = None,
    columns: int = 10,
    selected: int | None = None,
    reveals: str | None = None,
) -> int | None:
    """Show the digits and return the index of the chosen one.

    ``rows`` holds one or more (N, H, W) or (N, H, W, 3) arrays of one shape, drawn under each other in each
    cell. ``labels`` says each cell in words ("7, RMSE 0.031"), ``label`` the whole grid; ``captions`` stand
    under the cells, and ``tones`` give each row the colour that its thing has on every page. A narrow screen
    shows fewer than ``columns``.

    ``selected`` is the choice until the visitor makes one. From then on the choice lives in
    ``st.session_state[key]["selected"]``; a new set of digits gets a new ``key``, and with it no old choice.
    ``reveals`` is the key of the container that shows the choice: a click brings it into view.
    """
    count, height, width = rows[0].shape[:3]
    chosen = st.session_state.get(key, {}).get("selected", selected)
    data = {
        "sprite": data_url(sheet(np.concatenate(rows), columns=count)),
        "rows": len(rows),
        "width": width,
        "height": height,
        "label": label,
        "labels": list(labels),
        "captions": list(captions or []),
        "columns": columns,
        "tones": list(tones or []),
        "reveals": reveals,
        "selected": chosen,
    }
    result = _mount(key=key, data=data, default={"selected": selected}, on_selected_change=lambda: None)
    # It comes from the browser, perhaps from a larger set than this one.
    return int(result.selected) if result.selected in range(count) else None
