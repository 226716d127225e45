"""A grid of small digits, each a button: click one to choose it.

A cell shows one picture of each row given, such as the original, the network's reconstruction and that of PCA.
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

    Args:
        rows: one or more arrays (N, H, W) or (N, H, W, 3) of one shape, drawn below each other in each cell.
        labels: the accessible name of each cell, such as "7, RMSE 0.031".
        label: the accessible name of the grid.
        captions: texts shown under the cells.
        tones: a colour for each row: the one that its kind of picture has on every page.
        columns: of a wide screen; a narrow one shows fewer.
        selected: the choice until the visitor makes one. From then on it is ``st.session_state[key]["selected"]``.
        reveals: key of the container that shows the choice; a click scrolls it into view.

    Give a new set of digits a new ``key``, so that no old choice applies to it.
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
    # The index comes from the browser, which may still have had a larger set.
    return int(result.selected) if result.selected in range(count) else None
