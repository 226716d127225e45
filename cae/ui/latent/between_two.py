"""From the visitor's picture to another one: a straight line through the codes, beside a cross-fade of the pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from cae.drawing.animation import there_and_back
from cae.images import levels, pixels, planes
from cae.inference import network, on_thread
from cae.runs.run import Run
from cae.ui.parts import palette
from cae.ui.parts.images import Picture
from cae.ui.parts.other_picture import other_picture
from cae.ui.parts.test_set import TestSet
from cae.ui.parts.text import number
from cae.ui.parts.tiles import strip

__all__ = ["between_two", "morph"]

STEPS = 9  # pictures in the strip
FRAMES = 24  # of the animation, one way


@dataclass(frozen=True, eq=False)
class Morph:
    """Uint8 arrays, ``steps`` pictures from one to another: decoded codes, and mixed pixels."""

    decoded: Picture
    mixed: Picture


def morph(run: Run, first: Picture, last: Picture, steps: int) -> Morph:
    """Both ways from ``first`` to ``last``, uint8 pictures, in equal steps."""
    return on_thread(_morph, run, first, last, steps)


def _morph(run: Run, first: Picture, last: Picture, steps: int) -> Morph:
    import torch

    from cae.analysis.latent import between, codes, decode

    model, ends = network(run), planes(np.stack([first, last]))
    with torch.inference_mode():
        own, other = codes(model, ends)
        decoded = decode(model, between(own, other, steps))
        mixed = between(pixels(first[None])[0], pixels(last[None])[0], steps)
    return Morph(levels(decoded), levels(mixed))


def between_two(run: Run, test: TestSet, digit: Picture) -> None:
    """A choice of the other picture, the strip, what a test picture has to say about its middle, and the animation."""
    last = other_picture(test, "morph-to", "From yours to:")
    found = morph(run, digit, last, STEPS)
    strip(
        (found.decoded, found.mixed),
        (palette.RECONSTRUCTION, palette.ORIGINAL),
        [f"{STEPS} pictures, from yours to the other one: {what}" for what in ("decoded codes", "mixed pixels")],
    )
    middles = np.stack([pictures[STEPS // 2] for pictures in (found.decoded, found.mixed)])
    decoded, mixed = on_thread(_nearest_errors, test, middles)
    st.write(
        "Above, the decoder draws codes on the straight line between the two codes. Below, the pixels of the two "
        "pictures are mixed. "
        f"How near is the middle to a real picture? The nearest test picture differs from the decoded one by an MSE of "
        f"{number(decoded)}, and from the mixture by {number(mixed)}: the "
        f"{'decoded one' if decoded < mixed else 'mixture'} is nearer."
    )
    st.download_button(
        "Download as an animation",
        partial(animation, run, digit, last),
        "between-two.webp",
        "image/webp",
        on_click="ignore",
        help="Left: decoded codes. Right: mixed pixels.",
    )


def _nearest_errors(test: TestSet, pictures: Picture) -> list[float]:
    from cae.analysis.latent import nearest_errors

    found: list[float] = nearest_errors(pixels(pictures), pixels(test.images)).tolist()
    return found


def animation(run: Run, first: Picture, last: Picture) -> bytes:
    """Decoded codes beside mixed pixels, as an animated WebP file."""
    way = morph(run, first, last, FRAMES)
    gap = np.zeros((FRAMES, len(first), 2, *first.shape[2:]), np.uint8)
    return there_and_back(np.concatenate([way.decoded, gap, way.mixed], axis=2))
