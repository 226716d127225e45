"""The state of one visitor: identity, drawing and runs."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cae.drawing.drawing import Drawing, Strokes
from cae.drawing.examples import FIRST_EXAMPLE, example_strokes
from cae.drawing.on_photo import OnPhoto
from cae.images import in_shape
from cae.inference import on_thread
from cae.registry import Shape
from cae.runs.run import Run
from cae.ui.visitor.identity import visitor
from cae.ui.visitor.services import run_store
from cae.ui.visitor.sketch import Sketch

__all__ = [
    "arrive",
    "digit",
    "just_arrived",
    "runs",
    "sketch",
    "take_from_photo",
    "visitor",
]

PHOTO = "photo"  # session key


def sketch() -> Sketch:
    """The visitor's drawing with all that belongs to it; an example until they draw."""
    if "sketch" not in st.session_state:
        st.session_state["sketch"] = Sketch(Drawing(example_strokes(FIRST_EXAMPLE), from_example=True))
    kept: Sketch = st.session_state["sketch"]
    return kept


def digit(shape: Shape, drawing: Drawing | None = None) -> Any:
    """A drawing, prepared like the digits of MNIST: a uint8 picture of this shape, or None if it is empty.

    By default it is the visitor's own: what they have drawn, or what is on their photo.
    """
    # With a drawing this also runs on the inference thread, which has no session.
    photo: OnPhoto | None = st.session_state.get(PHOTO) if drawing is None else None
    if photo is not None:
        found = photo.square_in(shape) if shape.channels == 3 else photo.digit_in(shape)
        if found is not None:
            return found
    return on_thread(_digit, (drawing or sketch().drawing).objects, shape)


def take_from_photo(photo: OnPhoto | None) -> None:
    """Let what is on this photo be the visitor's own on all pages; with None, it is the drawing again."""
    st.session_state[PHOTO] = photo


def _digit(objects: Strokes, shape: Shape) -> Any:
    from cae.drawing.digit import digit_from_strokes, strokes_from_canvas

    grey = digit_from_strokes(strokes_from_canvas({"objects": list(objects)}), shape.side)
    return None if grey is None else in_shape(grey, shape)


def runs() -> tuple[Run, ...]:
    """The runs that this visitor trained or uploaded, oldest first."""
    return run_store().of(visitor())


def arrive(page: str) -> None:
    """Count a visit if this is another page than in the last run. The frame calls this on every full run."""
    if st.session_state.get("page") != page:
        st.session_state["page"] = page
        st.session_state["visit"] = st.session_state.get("visit", 0) + 1


def just_arrived(who: str) -> bool:
    """Whether this is the first call with this ``who`` during this visit to the page."""
    seen, visit = st.session_state.get(f"seen-{who}"), st.session_state.get("visit", 0)
    st.session_state[f"seen-{who}"] = visit
    return bool(seen != visit)
