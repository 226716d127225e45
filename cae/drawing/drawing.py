"""A visitor's drawing: the strokes that the canvas started with, and those drawn since."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

__all__ = ["BRUSH", "INK", "SIDE", "Drawing", "Strokes", "drawn_path"]

SIDE = 280  # pixels of the square canvas, ten for each of the digit's
BRUSH = 20  # pixels: the pen's width, if nobody chooses another
INK = "#FFFFFF"

Strokes = tuple[dict[str, Any], ...]
"""fabric.js paths in canvas pixels, as the canvas component takes them, in the order in which they were drawn."""


@dataclass(frozen=True)
class Drawing:
    """``start`` are the strokes that the canvas was last given; ``drawn`` those drawn on it since.

    The canvas in the browser keeps its own strokes. When ``version`` changes, it takes ``start`` instead.
    """

    start: Strokes
    drawn: Strokes = ()
    version: int = 0
    from_example: bool = False  # ``start`` is one of the examples

    @property
    def objects(self) -> Strokes:
        """All strokes, in order."""
        return self.start + self.drawn

    @property
    def example(self) -> bool:
        """Whether this is an unchanged example."""
        return self.from_example and not self.drawn

    def reported(self, drawn: Strokes) -> Drawing:
        """The drawing with these strokes drawn since ``version``; the browser reports all of them every time."""
        return replace(self, drawn=drawn)

    def replaced(self, objects: Strokes, example: bool = False) -> Drawing:
        """A drawing of these strokes, which replaces the one on the canvas."""
        return Drawing(objects, version=self.version + 1, from_example=example)


def drawn_path(points: Sequence[Sequence[float]], width: float) -> dict[str, Any]:
    """The fabric.js path that the canvas makes of a stroke: curves through the midpoints between its points.

    ``points`` are (x, y) and ``width`` the pen's, in canvas pixels. Raises ``ValueError`` or ``TypeError`` for no
    points and for what is not a finite number.
    """
    places = [(float(x), float(y)) for x, y in points]
    width = float(width)
    if not places or not all(map(math.isfinite, (width, *(one for place in places for one in place)))):
        raise ValueError("A stroke needs a width and at least one point, of finite numbers.")
    first, last = places[0], places[-1]
    short = width / 1000 if len(places) == 1 else 0.0  # a path of no length would not be drawn
    curves = [["Q", *one, (one[0] + other[0]) / 2, (one[1] + other[1]) / 2] for one, other in pairwise(places)]
    return {
        "type": "Path",
        "path": [["M", first[0] - short, first[1]], *curves, ["L", last[0] + short, last[1]]],
        "fill": None,
        "stroke": INK,
        "strokeWidth": width,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
    }
