"""A histogram with a row of bars for each method, all over the same bins. A click chooses a bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

__all__ = ["Row", "histogram"]

_HERE = Path(__file__).parent

_mount = st.components.v2.component(
    "histogram",
    html='<div class="histogram" role="group"><div class="rows"></div><div class="axis"></div><p></p></div>',
    css=(_HERE / "histogram.css").read_text(),
    js=(_HERE / "histogram.js").read_text(),
)


@dataclass(frozen=True)
class Row:
    """One row of bars: the method's title and colour, and the count and accessible name of each bar."""

    title: str
    tone: str
    counts: Sequence[int]
    labels: Sequence[str]


def histogram(
    rows: Sequence[Row], *, edges: Sequence[str], axis: str, label: str, key: str, about: str
) -> tuple[int, int] | None:
    """Show the rows and return the chosen bar as (row, bin), or None.

    Args:
        edges: labels of the n + 1 edges of the n bins.
        axis: the title of the horizontal axis.
        label: the accessible name of the chart.
        about: identifies the data. A choice made with another ``about`` is dropped.

    All bars have one scale. An empty bar cannot be chosen. The chart keeps its node in the page under its ``key``.
    """
    choice = st.session_state.get(key, {}).get("chosen")
    chosen = _valid_choice(choice, rows, about)
    data = {
        "rows": [asdict(row) for row in rows],
        "edges": list(edges),
        "axis": axis,
        "label": label,
        "about": about,
        "chosen": chosen,
    }
    _mount(key=key, data=data, default={"chosen": None}, on_chosen_change=lambda: None)
    return chosen


def _valid_choice(choice: object, rows: Sequence[Row], about: str) -> tuple[int, int] | None:
    """The bar that the browser reports as (row, bin); None if there is no such bar, or it is empty."""
    if not isinstance(choice, dict) or choice.get("about") != about:
        return None
    row, bin = choice.get("row"), choice.get("bin")
    if not isinstance(row, int) or not isinstance(bin, int) or row not in range(len(rows)):
        return None
    return (row, bin) if bin in range(len(rows[row].counts)) and rows[row].counts[bin] else None
