"""A table of metrics over a test set: a row for each method, definitions on hover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from cae.ui.parts.figures import DEFINITIONS
from cae.ui.parts.text import number

__all__ = ["Score", "score_table"]


@dataclass(frozen=True)
class Score:
    """One row: the method's title, its metrics by name (None or missing if unknown), and a note shown below them."""

    title: str
    tone: str
    figures: Mapping[str, float | None]
    note: str = ""


def score_table(scores: Sequence[Score], about: str = "") -> str:
    """The table as HTML. ``about`` is shown in its corner: what was measured."""
    head = "".join(f'<th scope="col" title="{escape(text)}">{name}</th>' for name, text in DEFINITIONS.values())
    rows = "".join(map(_row, scores))
    corner = f"<td><small>{escape(about)}</small></td>"
    return f'<table class="scores"><thead><tr>{corner}{head}</tr></thead>{rows}</table>'


def _row(score: Score) -> str:
    values = [score.figures.get(name) for name in DEFINITIONS]
    cells = "".join(f"<td>{'–' if value is None else number(value)}</td>" for value in values)
    note = f'<tr><td colspan="{len(values) + 1}"><small>{escape(score.note)}</small></td></tr>' if score.note else ""
    return (
        f'<tbody style="--tone:{score.tone}"><tr><th scope="row">{escape(score.title)}</th>{cells}</tr>{note}</tbody>'
    )
