"""The ten example digits: as pictures, and as a row of buttons that start a drawing."""

from __future__ import annotations

from functools import cache

import streamlit as st

from cae.drawing.examples import example_polylines, example_strokes
from cae.images import in_shape
from cae.inference import on_thread
from cae.registry import Shape
from cae.ui.parts.digit_grid import digit_grid
from cae.ui.parts.images import Picture
from cae.ui.visitor import session

__all__ = ["example_pictures", "examples"]


def examples() -> None:
    """A row of ten digits. A click puts one on the canvas."""
    pictures = example_pictures(Shape())
    version = st.session_state.get("example-version", 0)
    chosen = digit_grid(
        [pictures], labels=[f"Start from a {one}" for one in range(10)], key=f"examples-{version}", label="Examples"
    )
    if chosen is not None:
        session.sketch().replace(example_strokes(chosen))
        st.session_state["example-version"] = version + 1  # so that the same example can be chosen again
        st.rerun(scope="fragment")


@cache
def example_pictures(shape: Shape) -> Picture:
    """The ten examples as a network for such pictures sees them: (10, S, S) or (10, S, S, 3)."""
    return on_thread(_draw_examples, shape)


def _draw_examples(shape: Shape) -> Picture:
    import numpy as np

    from cae.drawing.digit import digit_from_strokes

    drawn = [np.asarray(digit_from_strokes(strokes, shape.side)) for strokes in example_polylines()]
    return in_shape(np.stack(drawn), shape)
