"""A drawing and its reconstruction: under the moving pen computed by the browser, at rest by the server."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from cae.drawing.canvas_paths import strokes_from_canvas
from cae.drawing.drawing import Drawing, Strokes
from cae.ui.parts.images import error_table
from cae.ui.parts.packed import packed
from cae.ui.parts.program.in_the_page import InThePage

__all__ = ["live_reconstruction"]

_mount = st.components.v2.component(
    "live_reconstruction",
    html=f'<div class="live-reconstruction" data-error-colours="{packed(error_table())}"></div>',
    js=Path(__file__).with_suffix(".js").read_text(),
    isolate_styles=False,  # the row has the style of the other pages' rows
)


def live_reconstruction(
    drawing: Drawing, html: str, network: InThePage | None, *, complete: bool = True, key: str
) -> None:
    """Show a row of three pictures: the digit, its reconstruction, the difference. It follows the canvas's pen.

    At rest it shows ``html``, and the answers to later strokes, which ``Sketch.answer`` makes in the same form.

    Args:
        drawing: what the server knows of the canvas.
        html: the pictures of this drawing, a row of ``cae.ui.parts.tiles``, and what belongs to them.
        network: computes the pictures in the browser; with None, they change only when the server sends others.
        complete: whether ``html`` shows the drawing. If not, the browser computes the first pictures, too.
    """
    data = {
        "html": html,
        "complete": complete,
        "network": network,
        "version": drawing.version,
        "start": _polylines(drawing.start),
        "count": len(drawing.drawn),
        "drawn": [] if complete else _polylines(drawing.drawn),  # the browser knows what was drawn in it
    }
    _mount(key=key, data=data)


def _polylines(strokes: Strokes) -> list[list[list[float]]]:
    """The strokes as points, in canvas pixels."""
    return [line.round(2).tolist() for line in strokes_from_canvas({"objects": list(strokes)})]
