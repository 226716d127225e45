"""The state of one visitor: identity, drawing and runs. Values are replaced, never mutated."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cae.drawing.drawing import Drawing, Strokes
from cae.drawing.examples import FIRST_EXAMPLE, example_strokes
from cae.inference import on_thread
from cae.runs.run import Run
from cae.ui.visitor.identity import visitor
from cae.ui.visitor.services import run_store

__all__ = [
    "arrive",
    "digit",
    "drawing",
    "just_arrived",
    "keep_strokes",
    "new_drawing",
    "runs",
    "visitor",
]


def drawing() -> Drawing:
    """The visitor's drawing; an example until they draw."""
    if "drawing" not in st.session_state:
        strokes = example_strokes(FIRST_EXAMPLE)
        st.session_state["drawing"] = Drawing(strokes, from_example=True)
    kept: Drawing = st.session_state["drawing"]
    return kept


def keep_strokes(drawn: Strokes) -> None:
    """Remember the strokes drawn since the canvas was given this drawing."""
    st.session_state["drawing"] = drawing().reported(drawn)


def new_drawing(objects: Strokes, example: bool = False) -> None:
    """Put these strokes on the canvas, in place of what is there."""
    st.session_state["drawing"] = drawing().replaced(objects, example)


def digit() -> Any:
    """The visitor's drawing, prepared like the digits of MNIST: uint8 (28, 28). None while the canvas is empty."""
    return on_thread(_digit, drawing().objects)


def _digit(objects: Strokes) -> Any:
    from cae.drawing.digit import digit_from_strokes, strokes_from_canvas

    return digit_from_strokes(strokes_from_canvas({"objects": list(objects)}))


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
