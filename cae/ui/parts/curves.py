"""Reduce the curves of a run to as many points as a screen can show, and draw a small one (a sparkline)."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from html import escape

import numpy as np

from cae.ui.parts.palette import HELD_OUT

__all__ = ["Points", "axes", "smoothed", "span", "sparkline", "thinned"]

Points = Sequence[tuple[float, float]]

WIDTH, HEIGHT, MARGIN = 120, 44, 3  # pixels


def smoothed(losses: Sequence[float], most: int, planned: int = 0) -> Points:
    """At most ``most`` points (step, mean loss since the point before).

    With ``planned``, the number of steps of the whole run, the points of an unfinished run do not move as it grows.
    Only the last one does: it is the mean of the newest steps, however few.
    """
    size = max(1, -(-max(planned, len(losses)) // most))
    starts = range(0, len(losses), size)
    sums = np.add.reduceat(np.array(losses, float), starts) if losses else np.empty(0)
    steps = [min(start + size, len(losses)) for start in starts]
    return [(step, total / (step - start)) for start, step, total in zip(starts, steps, sums.tolist(), strict=True)]


def thinned(points: Points, most: int) -> Points:
    """At most ``most`` of the points; the last one is always among them."""
    if len(points) <= most:
        return points
    return [*points[:: -(-len(points) // (most - 1))], points[-1]]


def axes(points: Points, each: float = 1) -> tuple[list[float], list[float]]:
    """The points' x, each multiplied by ``each``, and their y."""
    return [x * each for x, _ in points], [y for _, y in points]


def span(curves: Sequence[Points]) -> tuple[float, float]:
    """The least and the greatest y of all curves: a scale on which they can be compared."""
    values = [y for points in curves for _, y in _drawable(points)]
    return (min(values), max(values)) if values else (0.001, 0.1)


def sparkline(points: Points, ends: tuple[float, float], label: str) -> str:
    """An ``<img>`` of the curve, y on a logarithmic scale between ``ends``; ``label`` says what it shows.

    The SVG is in a data URL, because Streamlit removes ``<svg>`` elements. Its colour is visible in both themes.
    """
    there = thinned(_drawable(points), WIDTH)
    last = max((x for x, _ in there), default=0) or 1
    low, high = (math.log(end) for end in ends)
    places = ((x / last, (high - math.log(y)) / (high - low or 1)) for x, y in there)
    path = " ".join(f"{_pixel(across, WIDTH)},{_pixel(down, HEIGHT)}" for across, down in places)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<polyline points="{path}" fill="none" stroke="{HELD_OUT}" stroke-width="2.5" stroke-linejoin="round" '
        'stroke-linecap="round"/></svg>'
    )
    source = base64.b64encode(svg.encode()).decode()
    return f'<img class="sparkline" src="data:image/svg+xml;base64,{source}" alt="{escape(label)}">'


def _pixel(share: float, length: int) -> str:
    return f"{MARGIN + share * (length - 2 * MARGIN):.1f}"


def _drawable(points: Points) -> Points:
    return [(x, y) for x, y in points if x >= 0 and 0 < y < math.inf]
