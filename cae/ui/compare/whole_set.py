"""How the Compare page looks over the whole test set: scores, how a figure is spread, and a grid of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from cae.data.names import class_names
from cae.ui.compare.bins import LESS_IS_BETTER, bins
from cae.ui.compare.choices import Showing
from cae.ui.compare.methods import Method, arranged
from cae.ui.compare.one_picture import STAGE
from cae.ui.parts import palette
from cae.ui.parts.digit_grid import digit_grid
from cae.ui.parts.figures import DEFINITIONS
from cae.ui.parts.histogram import Row, histogram
from cae.ui.parts.score_table import Score, score_table
from cae.ui.parts.test_set import Measured, TestSet
from cae.ui.parts.text import number, plain

__all__ = ["Part", "Waiting", "distribution", "grid", "scores"]

IN_PICTURES = 3  # contenders in the grid; all have their place in the large picture and in the table
BACK = "all-pictures"


class Waiting:
    """Progress while something is measured: a bar, and over the page an empty place as large as what will come."""

    def __init__(self, bar: DeltaGenerator, page: DeltaGenerator) -> None:
        self.bar, self.page = bar, page
        self.begun = False

    def __call__(self, share: float, words: str) -> None:
        if not self.begun:
            self.begun = True
            self.page.html('<div class="waiting"></div>')
        self.bar.progress(min(1.0, share), words)


@dataclass(frozen=True, eq=False)
class Part:
    """A bar of the distribution: whose it is, the pictures in it (N,), and what they have in common."""

    whose: int
    marked: NDArray[np.bool_]
    words: str


def scores(lined_up: Sequence[Method], results: Sequence[Measured]) -> None:
    """A row of figures for each, with what its code may hold under it."""
    pairs = zip(lined_up, results, strict=True)
    st.html(score_table([Score(one.title, one.tone, asdict(result.figures), one.note) for one, result in pairs]))


def distribution(
    lined_up: Sequence[Method], results: Sequence[Measured], test: TestSet, showing: Showing
) -> Part | None:
    """How the figure is spread over the pictures, for everyone in the same bins; returns the bar that was chosen."""
    metric, values = showing.metric, [result.each[showing.metric] for result in results]
    edges = bins(metric, *values)
    there = np.ones(len(test.labels), bool) if showing.only is None else test.labels == showing.only
    rows = []
    for one, each in zip(lined_up, values, strict=True):
        counts = edges.counts(each[there])
        said = [
            f"{one.title}: {count:,} picture{'s' * (count != 1)} with {edges.range(place, metric)}"
            for place, count in enumerate(counts)
        ]
        rows.append(Row(one.title, one.tone, counts, said))
    name = DEFINITIONS[metric][0]
    version = st.session_state.get(BACK, 0)
    chosen = histogram(
        rows,
        edges=edges.words,
        axis=f"{name}: {'less' if metric in LESS_IS_BETTER else 'more'} is better",
        label=f"How many pictures have which {name}",
        key="distribution",
        about=f"{_who(lined_up)} on {test.name}, {metric}, {version}",
    )
    st.button("All pictures again", key="all", on_click=_show_all, disabled=chosen is None, width="stretch")
    if chosen is None:
        return None
    whose, place = chosen
    marked = edges.places(values[whose]) == place
    return Part(whose, marked, f"with {edges.range(place, metric)} for {lined_up[whose].title}")


def grid(
    lined_up: Sequence[Method],
    results: Sequence[Measured],
    test: TestSet,
    showing: Showing,
    part: Part | None,
) -> int:
    """Originals over what everyone made of them; returns the chosen one's place in the test set."""
    whose, marked = (part.whose, part.marked) if part else (0, None)
    result = results[whose]
    places = arranged(test.labels, result, showing.order, showing.metric, showing.only, marked)
    called, (metric, _) = class_names(test.name), DEFINITIONS[showing.metric]
    worth = [number(float(result.each[showing.metric][place])) for place in places]
    rows = [test.images, *(each.images for each in results[:IN_PICTURES])]
    with st.container(key=f"grid-of-{len(rows)}"):  # which keeps its height while the pictures change
        _legend(lined_up)
        st.caption(_told(len(places), test, showing, part, f"{metric} of {lined_up[whose].title}"))
        chosen = digit_grid(
            [images[places] for images in rows],
            labels=[f"{called[test.labels[at]]}, {metric} {value}" for at, value in zip(places, worth, strict=True)],
            captions=worth,
            tones=[palette.ORIGINAL, *(one.tone for one in lined_up[:IN_PICTURES])],
            label="Test pictures: originals over reconstructions",
            selected=0,
            reveals=STAGE,
            key=f"grid-{test.name}-{_who(lined_up)}-{showing.only}-{showing.order}-{showing.metric}"
            + (f"-{part.words}" if part else ""),
        )
    return places[chosen or 0]


def _told(shown: int, test: TestSet, showing: Showing, part: Part | None, under: str) -> str:
    """How many pictures there are of this kind, and what stands under them."""
    there = np.ones(len(test.labels), bool) if part is None else part.marked
    if showing.only is not None:
        there = there & (test.labels == showing.only)
    count = int(there.sum())
    kind = "" if showing.only is None else f" of {class_names(test.name)[showing.only]}"
    some = f", {shown} of them here" if shown < count else ""
    which = plain(f"{kind}{f' {part.words}' if part else ''}{some}")
    return f"**{count:,} picture{'s' * (count != 1)}**{which}. Under each, the {plain(under)}."


def _show_all() -> None:
    st.session_state[BACK] = st.session_state.get(BACK, 0) + 1


def _who(lined_up: Sequence[Method]) -> str:
    return "-".join(one.run.digest if one.run else str(one.code_size) for one in lined_up)


def _legend(lined_up: Sequence[Method]) -> None:
    pairs = [("Original", palette.ORIGINAL), *((one.title, one.tone) for one in lined_up[:IN_PICTURES])]
    chips = (f'<span style="--tone:{tone}">{escape(word)}</span>' for word, tone in pairs)
    st.html(f'<p class="legend">{"".join(chips)}</p>')
