"""The strokes drawn on the canvas: the browser reports each over HTTP when the pen goes up, and is answered at once.

A rerun of the page for each stroke would cost the server many times as much. So it comes only where the page itself
has to change, and where the browser could not reach the route.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from cae.drawing.drawing import Drawing, Strokes, drawn_path
from cae.inference import submit
from cae.ui.visitor.sketch import Sketch, find

__all__ = ["STROKES_ROUTE", "listen_for_strokes"]

KEY = "strokes"
LARGEST = 2_000_000  # bytes of a report: an hour of drawing without a pause

_mount = st.components.v2.component("strokes", js=Path(__file__).with_suffix(".js").read_text())


def listen_for_strokes(sketch: Sketch, width: int, *, rerun: bool) -> None:
    """Let the browser report all strokes drawn on this page's canvas, and answer them by ``sketch.answer``.

    Args:
        width: canvas pixels, the pen's; the next stroke is reported with it.
        rerun: whether each stroke reruns the page, too.
    """
    now = sketch.drawing
    data = {
        "address": f"strokes/{sketch.token}",
        "version": now.version,
        "started": len(now.start),
        "width": width,
        "rerun": rerun,
    }
    with st.container(key="unseen-strokes"):  # assets/style.css: it takes no room
        told = _mount(key=KEY, data=data, on_drawing_change=lambda: None)
    _take(sketch, told.get("drawing"))


def _take(sketch: Sketch, told: Any) -> Drawing | None:
    """Add what the browser sent to the sketch; None where it is of another version, or damaged."""
    try:
        drawn: Strokes = tuple(drawn_path(one["points"], one["width"]) for one in told["strokes"])
        return sketch.report(told["version"], drawn)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


async def _report(request: Request) -> Response:
    sketch = find(request.path_params["token"])
    if sketch is None:
        return PlainTextResponse("This canvas is no longer here. Reload the page.", 404)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            return PlainTextResponse("This drawing is too large. Clear the canvas.", 413)
    # Taken before anything is awaited: what the browser sends next must find the stroke.
    drawing = _take(sketch, _parsed(bytes(body)))
    if drawing is None:
        return PlainTextResponse("These strokes are not on the canvas.", 409)
    return JSONResponse(
        {
            "version": drawing.version,
            "count": len(drawing.drawn),
            "html": await asyncio.wrap_future(submit(_answer, sketch, drawing)) if sketch.answer else None,
        }
    )


def _answer(sketch: Sketch, drawing: Drawing) -> str | None:
    """None if the next stroke is already there, which has an answer of its own."""
    return sketch.answer(drawing) if sketch.answer and sketch.drawing is drawing else None


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


STROKES_ROUTE = Route("/{prefix:path}strokes/{token}", _report, methods=["POST"])  # under any base path of the server
