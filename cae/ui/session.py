"""What one visitor has: an identity, a drawing and the runs on their shelf. Values are replaced, never changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from cae.inference import on_thread
from cae.run import Run
from cae.ui.identity import visitor
from cae.ui.services import shelf

__all__ = [
    "FIRST_EXAMPLE",
    "Drawing",
    "arrive",
    "digit",
    "drawing",
    "just_arrived",
    "keep_drawing",
    "new_drawing",
    "runs",
    "visitor",
]

FIRST_EXAMPLE = 3

Strokes = tuple[dict[str, Any], ...]  # fabric.js paths, as the canvas gives them


@dataclass(frozen=True)
class Drawing:
    """``objects`` are the strokes as they are now; ``start`` those last put on the canvas from here.

    The canvas in the browser keeps its own strokes; it takes ``start`` instead when ``version`` changes.
    """

    objects: Strokes
    start: Strokes
    version: int = 0
    example: bool = False  # an example, untouched
    stale: Strokes | None = None  # what the canvas still reports until it has heard of ``start``


def drawing() -> Drawing:
    """The visitor's drawing; an example until they draw."""
    if "drawing" not in st.session_state:
        from cae.ui.canvas import example_strokes  # which needs this module

        strokes = example_strokes(FIRST_EXAMPLE)
        st.session_state["drawing"] = Drawing(strokes, strokes, example=True)
    kept: Drawing = st.session_state["drawing"]
    return kept


def keep_drawing(objects: Strokes) -> None:
    """Remember what the canvas reports."""
    now = drawing()
    if objects == now.objects:
        st.session_state["drawing"] = replace(now, stale=None)  # it has heard
    elif objects != now.stale:
        untouched = now.example and len(objects) == len(now.objects)
        st.session_state["drawing"] = replace(now, objects=objects, example=untouched, stale=None)


def new_drawing(objects: Strokes, example: bool = False) -> None:
    """Put these strokes on the canvas, in place of what is there."""
    now = drawing()
    st.session_state["drawing"] = Drawing(objects, objects, now.version + 1, example, stale=now.objects)


def digit() -> Any:
    """The visitor's drawing as MNIST would show it: uint8 (28, 28), or None while there is no ink."""
    return on_thread(_digit, drawing().objects)


def _digit(objects: Strokes) -> Any:
    from cae.drawing import digit_from_strokes, strokes_from_canvas

    return digit_from_strokes(strokes_from_canvas({"objects": list(objects)}))


def runs() -> tuple[Run, ...]:
    """The runs that this visitor trained or brought, oldest first."""
    return shelf().of(visitor())


def arrive(page: str) -> None:
    """Count a visit when the page is another one than before; the frame calls this on every full run."""
    if st.session_state.get("page") != page:
        st.session_state["page"] = page
        st.session_state["visit"] = st.session_state.get("visit", 0) + 1


def just_arrived(who: str) -> bool:
    """Whether this is the first time that ``who`` asks during this visit to the page."""
    seen, visit = st.session_state.get(f"seen-{who}"), st.session_state.get("visit", 0)
    st.session_state[f"seen-{who}"] = visit
    return bool(seen != visit)
