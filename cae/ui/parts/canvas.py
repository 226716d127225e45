"""The canvas: a place to draw one digit, with Undo and Clear. The drawing survives a change of page."""

from __future__ import annotations

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from cae.drawing.drawing import BRUSH, INK, SIDE
from cae.ui.parts.stroke_events import listen_for_strokes
from cae.ui.visitor import session

__all__ = ["canvas", "choose_brush"]

PAPER = "#000000"


def canvas(*, rerun: bool = False) -> None:
    """Show the canvas and its buttons. ``session.sketch`` has what is drawn on it.

    Args:
        rerun: whether every stroke reruns the page or fragment, because it shows more than ``Sketch.answer`` gives.
    """
    sketch = session.sketch()
    if session.just_arrived("canvas"):
        # The canvas that the visitor left is gone: this one starts with what was on it.
        sketch.replace(sketch.drawing.objects, sketch.drawing.example)
    width = st.session_state.get("brush", BRUSH)
    with st.container(width=SIDE, gap="small", key="canvas-and-buttons"):
        # First: a stroke that is made before the browser listens would be drawn, and not be told.
        listen_for_strokes(sketch, width, rerun=rerun)
        now = sketch.drawing
        st_canvas(
            stroke_width=width,
            stroke_color=INK,
            background_color=PAPER,
            update_streamlit=False,  # it would wait for 0.2 s after each stroke
            width=SIDE,
            height=SIDE,
            # The canvas draws this anew when any of it changes: the version makes "empty again" a change.
            initial_drawing={"objects": list(now.start), "version": str(now.version)},
            key="canvas",
        )
        # They are never disabled: the first stroke would have to rerun the page to enable them.
        buttons = st.container(horizontal=True, gap="small")
        buttons.button("Undo", on_click=sketch.undo, width="stretch", help="Take the last stroke back.")
        buttons.button(
            "Draw your own" if now.example else "Clear",
            on_click=sketch.replace,
            args=[()],
            type="primary" if now.example else "secondary",
            width="stretch",
        )


def choose_brush() -> None:
    """A slider in the sidebar; it leaves the drawing as it is."""
    help = "Width of the pen on the canvas. The network sees every digit with MNIST's own pen."
    st.sidebar.slider("Brush", 8, 40, BRUSH, 4, key="brush", persist_state="session", help=help)
