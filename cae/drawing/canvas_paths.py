"""Pen strokes from the JSON of a drawable canvas (fabric.js objects)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Stroke", "strokes_from_canvas"]

Stroke = NDArray[np.float64]  # (P, 2), P ≥ 1: x and y, y down

ORIGINS = {"left": 0.0, "top": 0.0, "center": 0.5, "right": 1.0, "bottom": 1.0}
FARTHEST = 1e5  # canvas pixels; strokes that go beyond are left out
CURVE = np.linspace(0, 1, 9)[1:, None]  # positions on a curve, which bends little between two mouse events


def strokes_from_canvas(json_data: Mapping[str, Any] | None) -> list[Stroke]:
    """The pen strokes of a drawable canvas, in canvas pixels; a click is a single point.

    Takes the ``json_data`` of streamlit-drawable-canvas: fabric.js objects. Paths are used, also after
    they were moved, scaled or rotated. Malformed paths are left out.
    """
    objects = json_data.get("objects") if isinstance(json_data, Mapping) else None
    found = []
    for one in objects if isinstance(objects, list) else ():
        try:
            placed = _placed(_flattened(one["path"]), one)
            found += [stroke for stroke in placed if (np.abs(stroke) < FARTHEST).all()]
        except (KeyError, IndexError, TypeError, ValueError, OverflowError):
            continue
    return found


def _flattened(path: Any) -> list[Stroke]:
    """fabric.js path commands M, L, Q as polylines in the path's own coordinates."""
    strokes: list[list[Stroke]] = []
    for command, run in groupby(path, itemgetter(0)):
        if command not in ("M", "L", "Q"):
            continue
        to = np.array([numbers for _, *numbers in run], np.float64)
        to = to.reshape(len(to), -1, 2)  # of each command its points
        if command == "M":
            strokes += [[one] for one in to]
        elif command == "L":
            strokes[-1].append(to.reshape(-1, 2))
        else:
            bends, ends = to.swapaxes(0, 1)
            starts = np.concatenate([strokes[-1][-1][-1:], ends[:-1]])
            start, bend, end = starts[:, None], bends[:, None], ends[:, None]
            curves = (1 - CURVE) ** 2 * start + 2 * CURVE * (1 - CURVE) * bend + CURVE**2 * end
            strokes[-1].append(curves.reshape(-1, 2))
    return [np.concatenate(parts) for parts in strokes]


def _placed(strokes: list[Stroke], about: Mapping[str, Any]) -> list[Stroke]:
    """The strokes in canvas pixels: fabric.js rotates and scales a path about the middle of its box."""
    if not strokes:
        return []
    corners = np.concatenate(strokes)
    low, high = corners.min(0), corners.max(0)
    middle, pen = (low + high) / 2, float(about.get("strokeWidth", 1))
    if (high - low).max() <= pen / 10:  # a click: fabric.js sends a path a thousandth of the pen long
        strokes = [middle[None]]
    if "left" not in about or "top" not in about:
        return strokes
    scale = np.array([about.get("scaleX", 1), about.get("scaleY", 1)], np.float64)
    mirror = np.where([about.get("flipX", False), about.get("flipY", False)], -1, 1)
    angle = math.radians(about.get("angle", 0))
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    origin = np.array([ORIGINS[about.get("originX", "left")], ORIGINS[about.get("originY", "top")]])
    size = (np.array([about.get("width", 0), about.get("height", 0)], np.float64) + pen) * scale
    centre = np.array([about["left"], about["top"]], np.float64) + ((0.5 - origin) * size) @ turn
    return [(stroke - middle) * scale * mirror @ turn + centre for stroke in strokes]
