"""The canvas: a place to draw one digit, with Undo, Clear and examples to start from.

A drawing lives in the session as fabric.js paths, so it survives a change of page.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from cae.inference import on_thread
from cae.ui import session
from cae.ui.digit_grid import digit_grid
from cae.ui.images import Picture
from cae.ui.session import Strokes

__all__ = [
    "BRUSH",
    "SIDE",
    "canvas",
    "choose_brush",
    "drawn_plainly",
    "example_pictures",
    "example_strokes",
    "examples",
]

SIDE = 280  # pixels, ten for each of the digit's
BRUSH = 20
INK, PAPER = "#FFFFFF", "#000000"
EXAMPLES = Path(__file__).parents[2] / "assets" / "examples.json"


def canvas() -> Strokes:
    """Show the canvas and its buttons; returns the strokes drawn on it, and remembers them."""
    now = session.drawing()
    if session.just_arrived("canvas"):
        # The canvas that the visitor left is gone: this one starts with what was on it.
        session.new_drawing(now.objects, now.example)
        now = session.drawing()
    with st.container(width=SIDE, gap="small"):
        result = st_canvas(
            stroke_width=st.session_state.get("brush", BRUSH),
            stroke_color=INK,
            background_color=PAPER,
            width=SIDE,
            height=SIDE,
            # The canvas draws this anew when any of it changes: the version makes "empty again" a change.
            initial_drawing={"objects": list(now.start), "version": str(now.version)},
            key="canvas",
        )
        if result.json_data is not None:
            session.keep_drawing(tuple(result.json_data.get("objects") or ()))
        objects = session.drawing().objects
        buttons = st.container(horizontal=True, gap="small")
        buttons.button("Undo", disabled=not objects, on_click=_undo, width="stretch", help="Take the last stroke back.")
        buttons.button(
            "Draw your own" if now.example else "Clear",
            disabled=not objects,
            on_click=session.new_drawing,
            args=[()],
            type="primary" if now.example else "secondary",
            width="stretch",
        )
    return objects


def examples() -> None:
    """Ten digits to start from, one click each."""
    pictures = example_pictures()
    version = st.session_state.get("example-version", 0)
    chosen = digit_grid(
        [pictures], labels=[f"Start from a {one}" for one in range(10)], key=f"examples-{version}", label="Examples"
    )
    if chosen is not None:
        session.new_drawing(example_strokes(chosen))
        st.session_state["example-version"] = version + 1  # so that the same example can be chosen again
        st.rerun(scope="fragment")


def choose_brush() -> None:
    """A slider in the sidebar; it leaves the drawing as it is."""
    help = "Width of the pen on the canvas. The network sees every digit with MNIST's own pen."
    st.sidebar.slider("Brush", 8, 40, BRUSH, 4, key="brush", persist_state="session", help=help)


def drawn_plainly() -> Picture:
    """The canvas merely shrunk to 28×28."""
    return on_thread(_as_drawn, session.drawing().objects)


@cache
def example_strokes(digit: int) -> Strokes:
    """A digit as a person might draw it on this canvas."""
    return tuple(_path([(x * SIDE, y * SIDE) for x, y in stroke]) for stroke in _polylines()[digit])


@cache
def example_pictures() -> Picture:
    """The ten examples as the network sees them, (10, 28, 28)."""
    return on_thread(_draw_examples)


def _as_drawn(objects: Strokes) -> Picture:
    from cae.drawing import as_drawn, strokes_from_canvas

    # One pen for the whole digit: where the strokes differ, the mean of theirs.
    brush = sum(float(one.get("strokeWidth", BRUSH)) for one in objects) / len(objects)
    return as_drawn(strokes_from_canvas({"objects": list(objects)}), SIDE, brush)


def _draw_examples() -> Picture:
    import numpy as np

    from cae.drawing import digit_from_strokes

    return np.stack([np.asarray(digit_from_strokes(strokes)) for strokes in _polylines()])


@cache
def _polylines() -> list[list[list[tuple[float, float]]]]:
    """What ``cae.synthetic.strokes`` gives for each digit, kept in a file: the first page does not wait for torch."""
    polylines: list[list[list[tuple[float, float]]]] = json.loads(EXAMPLES.read_text("utf-8"))
    return polylines


def _path(points: list[tuple[float, float]]) -> dict[str, Any]:
    """A polyline as the fabric.js path that a pen would have left."""
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


def _undo() -> None:
    session.new_drawing(session.drawing().objects[:-1])
