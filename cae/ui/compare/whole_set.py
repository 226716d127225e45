"""The Compare page's view of the whole test set: table of metrics, histogram, and grid of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

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

__all__ = ["Selection", "Waiting", "distribution", "grid", "scores"]

IN_GRID = 3  # methods in the grid; the large picture and the table have all of them
VERSION = "all-pictures"  # session key; a new number drops the chosen bar


class Waiting:
    """Progress of a measurement: a bar, and a placeholder of the size of the page that follows."""

    def __init__(self, bar: DeltaGenerator, page: DeltaGenerator) -> None:
        self.bar, self.page = bar, page
        self.begun = False

    def __call__(self, share: float, words: str) -> None:
        if not self.begun:
            self.begun = True
            self.page.html('<div class="waiting"></div>')
        self.bar.progress(min(1.0, share), words)


@dataclass(frozen=True, eq=False)
class Selection:
    """The chosen bar of the histogram: the index of its method, its pictures as a mask (N,), and its range in words."""

    method: int
    marked: NDArray[np.bool_]
    words: str


def scores(compared: Sequence[Method], results: Sequence[Measured]) -> None:
    """A table of metrics with a row for each method, and the size of its code below."""
    pairs = zip(compared, results, strict=True)
    st.html(score_table([Score(one.title, one.tone, asdict(result.figures), one.note) for one, result in pairs]))


def distribution(
    compared: Sequence[Method], results: Sequence[Measured], test: TestSet, showing: Showing
) -> Selection | None:
    """A histogram of the metric with a row for each method. Returns the chosen bar."""
    metric, values = showing.metric, [result.each[showing.metric] for result in results]
    edges = bins(metric, *values)
    there = np.ones(len(test.labels), bool) if showing.only is None else test.labels == showing.only
    rows = []
    for one, each in zip(compared, values, strict=True):
        counts = edges.counts(each[there])
        words = [
            f"{one.title}: {count:,} picture{'s' * (count != 1)} with {edges.range(place, metric)}"
            for place, count in enumerate(counts)
        ]
        rows.append(Row(one.title, one.tone, counts, words))
    name = DEFINITIONS[metric][0]
    version = st.session_state.get(VERSION, 0)
    chosen = histogram(
        rows,
        edges=edges.words,
        axis=f"{name}: {'less' if metric in LESS_IS_BETTER else 'more'} is better",
        label=f"The number of pictures for each range of {name}",
        key="distribution",
        about=f"{_key(compared)} on {test.key}, {metric}, {version}",
    )
    st.button("All pictures again", key="all", on_click=_show_all, disabled=chosen is None, width="stretch")
    if chosen is None:
        return None
    method, place = chosen
    marked = edges.places(values[method]) == place
    return Selection(method, marked, f"with {edges.range(place, metric)} for {compared[method].title}")


def grid(
    compared: Sequence[Method],
    results: Sequence[Measured],
    test: TestSet,
    showing: Showing,
    selection: Selection | None,
) -> int:
    """A grid of originals above their reconstructions. Returns the index in the test set of the chosen picture."""
    method, marked = (selection.method, selection.marked) if selection else (0, None)
    result = results[method]
    places = arranged(test.labels, result, showing.order, showing.metric, showing.only, marked)
    called, (metric, _) = test.classes, DEFINITIONS[showing.metric]
    values = [number(float(result.each[showing.metric][place])) for place in places]
    rows = [test.images, *(each.images for each in results[:IN_GRID])]
    with st.container(key=f"grid-of-{len(rows)}"):  # assets/style.css fixes its height for so many rows
        _legend(compared)
        st.caption(_summary(len(places), test, showing, selection, f"{metric} of {compared[method].title}"))
        chosen = digit_grid(
            [images[places] for images in rows],
            labels=[f"{called[test.labels[at]]}, {metric} {value}" for at, value in zip(places, values, strict=True)],
            captions=values,
            tones=[palette.ORIGINAL, *(one.tone for one in compared[:IN_GRID])],
            label="Test pictures: originals above reconstructions",
            selected=0,
            reveals=STAGE,
            key=f"grid-{test.key}-{_key(compared)}-{showing.only}-{showing.order}-{showing.metric}"
            + (f"-{selection.words}" if selection else ""),
        )
    return places[chosen or 0]


def _summary(shown: int, test: TestSet, showing: Showing, selection: Selection | None, under: str) -> str:
    """How many pictures fit the class and the selection, and what is shown under each."""
    there = np.ones(len(test.labels), bool) if selection is None else selection.marked
    if showing.only is not None:
        there = there & (test.labels == showing.only)
    count = int(there.sum())
    kind = "" if showing.only is None else f" of {test.classes[showing.only]}"
    some = f", {shown} of them here" if shown < count else ""
    which = plain(f"{kind}{f' {selection.words}' if selection else ''}{some}")
    return f"**{count:,} picture{'s' * (count != 1)}**{which}. Under each, the {plain(under)}."


def _show_all() -> None:
    st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1


def _key(compared: Sequence[Method]) -> str:
    return "-".join(one.run.digest if one.run else str(one.code_size) for one in compared)


def _legend(compared: Sequence[Method]) -> None:
    pairs = [("Original", palette.ORIGINAL), *((one.title, one.tone) for one in compared[:IN_GRID])]
    chips = (f'<span style="--tone:{tone}">{escape(word)}</span>' for word, tone in pairs)
    st.html(f'<p class="legend">{"".join(chips)}</p>')
