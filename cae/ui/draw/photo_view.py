"""A photo on the Draw page: its digit's way through the network, and how the digit was found."""

from __future__ import annotations

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw
from streamlit.delta_generator import DeltaGenerator

from cae.registry import is_drawn
from cae.runs.run import Run
from cae.ui.draw import pictures
from cae.ui.draw.photograph import Photograph, key_of_digits
from cae.ui.networks import words
from cae.ui.parts import figures, palette
from cae.ui.parts.digit_grid import digit_grid
from cae.ui.parts.images import Picture
from cae.ui.parts.tiles import Tile, row
from cae.ui.visitor import session

__all__ = ["FIRST", "NO_INK", "photo_view"]

FIRST = "Choose, paste or take a photo of a digit."
NO_INK = "There is no ink on this picture. Take it closer to the digit, with more light and a dark pen."
LINE = 3  # pixels of a box around a digit


def photo_view(run: Run, found: Photograph | None, beside: DeltaGenerator) -> None:
    """The digit's way through the network ``beside`` the photo's place, and below both how it was found.

    A network that was trained on pictures which nobody draws is given the photo itself.
    """
    shape, looks_for_digits = run.config.model.picture, is_drawn(run.config.dataset)
    given = None
    if found:
        given = found.content.digit_in(shape) if looks_for_digits else found.content.square_in(shape)
    session.take_from_photo(found.content if found else None)
    with beside:
        if given is None:
            shown = f'{pictures.not_computed(run)}<p class="hint">{NO_INK if found else FIRST}</p>'
        else:
            shown = pictures.of_picture(run, given, "" if looks_for_digits else "The photo's middle square")
        st.html(f'<div class="photographed">{shown}</div>')
        st.caption(words.budget(run.config.model))
    if found and looks_for_digits:
        if len(found.digits) > 1:
            _choose(found)
        st.caption("How it was found:")
        st.html(_steps(found))
    figures.definitions()


def _choose(found: Photograph) -> None:
    """A row of the digits to click on."""
    count = len(found.digits)
    st.caption(f"There are {count} digits on your photo. Choose one:")
    digit_grid(
        [np.stack([one.picture for one in found.digits])],
        labels=[f"Digit {place} of {count}" for place in range(1, count + 1)],
        key=key_of_digits(found),
        label="Digits on your photo",
        selected=found.chosen,
    )


def _steps(found: Photograph) -> str:
    """HTML: the photo with its digits in boxes, in even light, and its ink."""
    shown = [
        Tile(_boxed(found), "Your photo", palette.ORIGINAL, "A box around each digit that was found"),
        Tile(found.even, "In even light", palette.ORIGINAL, "What is wider than a pen has become paper"),
        Tile(found.ink, "Ink", palette.ORIGINAL, "Without specks, ruled lines and what touches the edge"),
    ]
    return f'<div class="steps">{row(shown)}</div>'


def _boxed(found: Photograph) -> Picture:
    picture = Image.fromarray(found.photo)
    draw = ImageDraw.Draw(picture)
    for place, one in enumerate(found.digits):
        left, top, right, bottom = one.box
        colour = palette.PCA if place == found.chosen else palette.ORIGINAL
        draw.rectangle(
            (left - 2 * LINE, top - 2 * LINE, right + 2 * LINE, bottom + 2 * LINE), outline=colour, width=LINE
        )
    return np.asarray(picture)
