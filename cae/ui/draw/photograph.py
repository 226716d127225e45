"""The visitor's photo of digits: read on a background thread, and kept for the session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image

from cae.drawing.luminance import luminance
from cae.drawing.on_photo import OnPhoto
from cae.drawing.picture_file import open_picture
from cae.ui.parts.images import Picture
from cae.ui.parts.text import plain
from cae.ui.visitor.tasks import Task

if TYPE_CHECKING:
    from cae.data.download import Progress
    from cae.drawing.photo import Digit

__all__ = ["Photograph", "give", "kept", "key_of_digits"]

GIVEN, KEPT, REFUSED = "photo-given", "photo-kept", "photo-refused"  # session keys
LONGEST = 420  # pixels of the pictures that are shown


@dataclass(frozen=True, eq=False)
class Photograph:
    """A photo and what was found on it, in the size in which it is shown.

    Attributes:
        number: counts the visitor's photos.
        photo: (H, W, 3).
        even: (H, W), in even light.
        ink: (H, W), 255 where the ink of the digits is.
        digits: in reading order; their boxes are in pixels of ``photo``.
        chosen: which of them, from 0.
    """

    number: int
    photo: Picture
    even: Picture
    ink: Picture
    digits: tuple[Digit, ...]
    chosen: int = 0

    @property
    def content(self) -> OnPhoto:
        """What a network can be given of it."""
        return OnPhoto(self.photo, self.digits[self.chosen].picture if self.digits else None)


def give(content: bytes) -> None:
    """Take the bytes of a picture file, which ``kept`` reads."""
    st.session_state[GIVEN] = content


def kept() -> Photograph | None:
    """The visitor's photo, None before the first. It also stays when a file is refused, which is told here."""
    found: Photograph | None = st.session_state.get(KEPT)
    content = st.session_state.pop(GIVEN, None)
    if content is not None:
        st.session_state[REFUSED] = ""
        try:
            with st.spinner("Looking for digits …"):
                work = partial(_read, content, found.number + 1 if found else 1)
                found = Task(work).result(lambda share, words: None)
        except (ValueError, OSError) as refusal:
            st.session_state[REFUSED] = str(refusal)
    if refused := st.session_state.get(REFUSED):
        st.error(plain(refused))
    if found:
        clicked = st.session_state.get(key_of_digits(found), {}).get("selected")
        if clicked in range(len(found.digits)):
            found = replace(found, chosen=clicked)
        st.session_state[KEPT] = found
    return found


def key_of_digits(found: Photograph) -> str:
    """The session key of the grid in which the visitor chooses one of these digits."""
    return f"photo-digits-{found.number}"


def _read(content: bytes, number: int, progress: Progress) -> Photograph:
    from cae.drawing.photo import digits_of  # here: who draws does not wait for scikit-image

    picture = open_picture(content, colour=True)
    found = digits_of(picture)
    height, width = found.even.shape
    scale = LONGEST / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))

    def shown(image: Image.Image) -> Picture:
        return np.asarray(image.resize(size, Image.Resampling.BICUBIC))

    digits = tuple(replace(one, box=_scaled(one.box, scale)) for one in found.digits)
    even, ink = (shown(Image.fromarray(step)) for step in (found.even, found.mask))
    return Photograph(number, shown(_on_white(picture)), even, ink, digits)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "F":  # of 16 bits or more
        return Image.fromarray(luminance(picture).astype(np.uint8)).convert("RGB")
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    return paper.convert("RGB")


def _scaled(box: tuple[int, int, int, int], scale: float) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(place * scale) for place in box)
    return left, top, right, bottom
