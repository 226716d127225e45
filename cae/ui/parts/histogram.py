"""How often each value occurs: a row of bars for everyone compared, over the same bins. A click chooses a bar."""

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
    """One row of bars: whose, in which tone, how high, and what each says in words."""

    title: str
    tone: str
    counts: Sequence[int]
    labels: Sequence[str]


def histogram(
    rows: Sequence[Row], *, edges: Sequence[str], axis: str, label: str, key: str, about: str
) -> tuple[int, int] | None:
    """Show the rows and return the chosen bar as (row, bin), or None.

    ``edges`` names the n + 1 edges of the n bins, ``axis`` says what lies along them, ``label`` what the whole shows.
    ``about`` names what the bars are of: a choice among others is forgotten. All bars have one scale, and one without
    a height cannot be chosen. The chart keeps its node in the page under its ``key``, and changes in place.
    """
    choice = st.session_state.get(key, {}).get("chosen")
    chosen = _understood(choice, rows, about)
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


def _understood(choice: object, rows: Sequence[Row], about: str) -> tuple[int, int] | None:
    """The bar that the browser names, where it is one of these."""
    if not isinstance(choice, dict) or choice.get("about") != about:
        return None
    row, bin = choice.get("row"), choice.get("bin")
    if not isinstance(row, int) or not isinstance(bin, int) or row not in range(len(rows)):
        return None
    return (row, bin) if bin in range(len(rows[row].counts)) and rows[row].counts[bin] else None
