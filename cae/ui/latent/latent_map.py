"""The map of the codes: a point for each test picture, a star for the visitor's digit, and the decoder at any place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from cae.drawing.canvas_paths import strokes_from_canvas
from cae.drawing.drawing import Drawing
from cae.ui.latent.space import Space
from cae.ui.parts import palette
from cae.ui.parts.content import content
from cae.ui.parts.images import png, sheet
from cae.ui.parts.packed import packed
from cae.ui.parts.program.in_the_page import InThePage
from cae.ui.parts.test_set import TestSet

__all__ = ["latent_map"]

ACROSS = 100  # pictures in a row of the sheet that the thumbnails are cut from
STEPS = 65535  # of a point's place from one edge of the map to the other

_HERE = Path(__file__).parent

_mount = st.components.v2.component(
    "latent_map",
    html=(_HERE / "latent_map.html").read_text().replace("TONE", palette.RECONSTRUCTION),
    css=(_HERE / "latent_map.css").read_text(),
    js=(_HERE / "latent_map.js").read_text(),
)


def latent_map(space: Space, test: TestSet, network: InThePage | None, drawing: Drawing, *, key: str) -> None:
    """Show the map. It follows the canvas's pen; the decoder draws whatever place the pointer is at, in the page.

    Args:
        space: the codes of the pictures in ``test``.
        network: encodes the drawing and decodes places in the browser; with None, the map has points alone.
        drawing: what the server knows of the canvas.
    """
    low, high = space.places.min(0), space.places.max(0)
    directions = space.directions
    data = {
        "points": packed((space.places - low) / np.maximum(high - low, 1e-9) * STEPS, "<u2"),
        "low": low.tolist(),
        "high": high.tolist(),
        "labels": packed(test.labels, "u1"),
        "classes": list(test.classes),
        "colours": [palette.DIGITS[label % len(palette.DIGITS)] for label in range(len(test.classes))],
        "thumbnails": _thumbnails(test),
        "across": ACROSS,
        "network": network,
        "mean": packed(directions.mean, "<f4"),
        "axes": packed(directions.axes, "<f4"),
        "spreads": directions.spreads.tolist(),
        "names": _names(space),
        "version": drawing.version,
        "strokes": [line.round(2).tolist() for line in strokes_from_canvas({"objects": list(drawing.objects)})],
        "start": [line.round(2).tolist() for line in strokes_from_canvas({"objects": list(drawing.start)})],
    }
    _mount(key=key, data=data)


def _names(space: Space) -> Sequence[str]:
    """What each direction is called: by what it changes, where a measurement says so."""
    what = "Number" if space.codes.shape[1] <= 2 else "Direction"
    return [
        f"{what} {place}: {share:.0%} of the variance"
        + (f", {change[0]} (r = {change[1]:.2f})".replace("-", "−") if change else "")
        for place, (share, change) in enumerate(zip(space.shares, space.changes, strict=True), 1)
    ]


def _thumbnails(test: TestSet) -> str:
    return content(f"thumbnails {test.key}", "png", lambda: png(sheet(test.images, columns=ACROSS)))
