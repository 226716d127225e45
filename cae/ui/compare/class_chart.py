"""A chart with a row for each class: the median of a metric, and its 10th to 90th percentile, for each method."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

import streamlit as st

from cae.ui.compare import answer
from cae.ui.compare.bins import LESS_IS_BETTER, Interval, by_class, scale, written
from cae.ui.compare.methods import Method
from cae.ui.parts.figures import DEFINITIONS
from cae.ui.parts.test_set import Measured, TestSet
from cae.ui.parts.text import number

__all__ = ["class_chart"]

STEPS = 5  # of the scale, at most


def class_chart(compared: Sequence[Method], results: Sequence[Measured], test: TestSet, metric: str) -> None:
    """The chart, with a sentence above it and an explanation of its marks below."""
    called, looks = test.classes, list(_looks(compared))
    spreads = [by_class(test.labels, result.each[metric], len(called)) for result in results]
    st.write(answer.by_class(compared, spreads, called, metric))
    legend = "".join(f"<span {look}>{escape(one.title)}</span>" for one, look in zip(compared, looks, strict=True))
    ticks = _ticks([one for each in spreads for one in each if one], metric)
    scaled = zip(ticks, written(ticks), strict=True)
    axis = "".join(f'<i style="--at:{_share(tick, ticks):.4f}">{word}</i>' for tick, word in scaled)
    rows = ""
    for label, name in enumerate(called):
        there = [(one.title, look, each[label]) for one, look, each in zip(compared, looks, spreads, strict=True)]
        marks = "".join(_mark(title, look, found, ticks) for title, look, found in there if found)
        medians = "".join(f"<small>{number(found.middle)}</small>" for _, _, found in there if found)
        rows += (
            f'<tr><th scope="row">{escape(name)}</th><td><div class="track">{marks}</div></td><td>{medians}</td></tr>'
        )
    head = f'<td></td><th scope="col"><div class="ticks">{axis}</div></th><th scope="col"><small>Median</small></th>'
    st.html(
        f'<p class="legend">{legend}</p><table class="classes"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    better = "less" if metric in LESS_IS_BETTER else "more"
    st.caption(
        f"The {DEFINITIONS[metric][0]} of the pictures in each class; {better} is better. The dot is the median. The "
        "line goes from the 10th to the 90th percentile: eight of ten pictures are on it."
    )


def _looks(compared: Sequence[Method]) -> Iterator[str]:
    """The HTML attributes of each method's marks. The second PCA has the colour of the first, so it is hollow."""
    tones = [one.tone for one in compared]
    for place, tone in enumerate(tones):
        yield f'class="{"hollow" if tone in tones[:place] else "full"}" style="--tone:{tone}"'


def _mark(title: str, look: str, found: Interval, ticks: Sequence[float]) -> str:
    """One mark as HTML: a line from the 10th to the 90th percentile, and a dot at the median."""
    words = escape(f"{title}: median {number(found.middle)}, from {number(found.low)} to {number(found.high)}")
    low, middle, high = (f"{_share(value, ticks):.4f}" for value in (found.low, found.middle, found.high))
    places = f'style="--low:{low};--middle:{middle};--high:{high}"'
    return f'<div role="img" aria-label="{words}" title="{words}" {places}><span {look}></span></div>'


def _ticks(found: Sequence[Interval], metric: str) -> tuple[float, ...]:
    """Round numbers that span all intervals. The scale of an error starts at zero."""
    ends = [end for one in found for end in (one.low, one.high) if math.isfinite(end)] or [0.0, 1.0]
    return scale(0.0 if metric in LESS_IS_BETTER else min(ends), max(ends), STEPS)


def _share(value: float, ticks: Sequence[float]) -> float:
    """The position of a value on the scale, 0 to 1."""
    return min(1.0, max(0.0, (value - ticks[0]) / (ticks[-1] - ticks[0])))
