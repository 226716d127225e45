"""The strokes drawn on the canvas, as the browser makes them: the server hears of each when the pen goes up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from cae.drawing.drawing import Strokes, drawn_path

__all__ = ["listen_for_strokes"]

KEY = "strokes"

_mount = st.components.v2.component("strokes", js=Path(__file__).with_suffix(".js").read_text())


def listen_for_strokes(version: int, width: int) -> Strokes | None:
    """All strokes drawn on this page's canvas since it was given this version; None before the browser reports any.

    Args:
        version: ``Drawing.version``. Strokes on an earlier version do not count: they are no longer on the canvas.
        width: canvas pixels, the pen's; the next stroke is reported with it.
    """
    with st.container(key="unseen-strokes"):  # assets/style.css: it takes no room
        told = _mount(key=KEY, data={"version": version, "width": width}, on_drawing_change=lambda: None)
    return _strokes(told.get("drawing"), version)


def _strokes(told: Any, version: int) -> Strokes | None:
    """What the browser sent, as fabric.js paths; None where it is of another version, or damaged."""
    try:
        if told["version"] != version:
            return None
        return tuple(drawn_path(one["points"], one["width"]) for one in told["strokes"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
