"""A visitor's drawing as a value: the strokes on the canvas, and what the canvas was last given to start from."""

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
    """``start`` are the strokes that the canvas was last given, ``drawn`` those drawn on it since.

    The canvas in the browser keeps its own strokes; it takes ``start`` instead when ``version`` changes.
    """

    start: Strokes
    drawn: Strokes = ()
    version: int = 0
    from_example: bool = False  # ``start`` is one of the examples

    @property
    def objects(self) -> Strokes:
        """The strokes as they are now."""
        return self.start + self.drawn

    @property
    def example(self) -> bool:
        """Whether this is one of the examples, unchanged."""
        return self.from_example and not self.drawn

    def reported(self, drawn: Strokes) -> Drawing:
        """The drawing after the browser has reported the strokes drawn since ``version``: all of them, every time."""
        return replace(self, drawn=drawn)

    def replaced(self, objects: Strokes, example: bool = False) -> Drawing:
        """A drawing of these strokes, for the canvas to take in place of what it shows."""
        return Drawing(objects, version=self.version + 1, from_example=example)


def drawn_path(points: Sequence[Sequence[float]], width: float) -> dict[str, Any]:
    """The fabric.js path that the canvas makes of a stroke: curves through the middles between the pen's places.

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
