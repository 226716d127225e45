"""The picture that a page without a test set shows: the visitor's drawing, or a held-out picture."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cae import registry
from cae.config import TrainConfig
from cae.drawing import examples
from cae.registry import is_drawn
from cae.ui.parts.digit_grid import digit_grid
from cae.ui.parts.examples import example_pictures
from cae.ui.parts.held_out import held_out_if_there
from cae.ui.parts.images import Picture
from cae.ui.visitor import session

__all__ = ["choose_or_draw"]

SHOWN = 9  # held-out pictures


def choose_or_draw(config: TrainConfig) -> Picture:
    """The visitor's drawing in the shape of the network's pictures.

    Where nobody can draw such pictures: a row with some of the data set, of which the first is chosen, and the
    drawing at its end. An example digit stands for an empty canvas.
    """
    shape = config.model.picture
    drawn: Picture | None = session.digit(shape)
    others = None if is_drawn(config.dataset) else held_out_if_there(config.dataset, shape)
    if others is None:
        if drawn is not None:
            return drawn
        st.info("The canvas is empty, so this page shows an example. Draw on the Draw page, then come back.")
        example: Picture = example_pictures(shape)[examples.FIRST_EXAMPLE]
        return example
    shown = [*others[:SHOWN], *([] if drawn is None else [drawn])]
    names = [f"Held-out picture {place}" for place in range(1, len(others[:SHOWN]) + 1)]
    chosen = digit_grid(
        [np.stack(shown)],
        labels=[*names, *([] if drawn is None else [registry.yours(config.dataset).capitalize()])],
        label=f"Held-out pictures of {registry.title(config.dataset)}, and your drawing",
        selected=0,
        key=f"start-{config.dataset}-{shape.side}-{shape.channels}",
    )
    picture: Picture = shown[chosen or 0]
    return picture
