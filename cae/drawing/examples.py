"""The examples: ten digits as strokes on the canvas."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from cae.drawing.drawing import BRUSH, INK, SIDE, Strokes

__all__ = ["FIRST_EXAMPLE", "example_polylines", "example_strokes"]

FIRST_EXAMPLE = 3  # the digit that a new visitor sees
FILE = Path(__file__).parents[2] / "assets" / "examples.json"


@cache
def example_polylines() -> list[list[list[tuple[float, float]]]]:
    """For each digit its strokes as points (x, y) from 0 to 1.

    Stored in a file, made by ``cae.data.synthetic.strokes``: the first page does not wait for torch.
    """
    polylines: list[list[list[tuple[float, float]]]] = json.loads(FILE.read_text("utf-8"))
    return polylines


@cache
def example_strokes(digit: int) -> Strokes:
    """The strokes of this digit, 0 to 9, in canvas pixels."""
    return tuple(_path([(x * SIDE, y * SIDE) for x, y in stroke]) for stroke in example_polylines()[digit])


def _path(points: list[tuple[float, float]]) -> dict[str, Any]:
    """A polyline as a fabric.js path."""
    low_x, low_y = (min(axis) for axis in zip(*points, strict=True))
    high_x, high_y = (max(axis) for axis in zip(*points, strict=True))
    return {
        "type": "Path",
        "path": [["M", *points[0]], *(["L", *point] for point in points[1:])],
        "originX": "center",
        "originY": "center",
        "left": (low_x + high_x) / 2,
        "top": (low_y + high_y) / 2,
        "width": high_x - low_x,
        "height": high_y - low_y,
        "fill": None,
        "stroke": INK,
        "strokeWidth": BRUSH,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
    }
