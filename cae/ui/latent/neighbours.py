"""The training digits nearest to the visitor's: by code, and by pixels."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cae.images import planes
from cae.inference import network, on_thread
from cae.runs.run import Run
from cae.ui.latent.training import Training, training_codes, training_pictures, waiting
from cae.ui.parts import palette
from cae.ui.parts.images import Picture
from cae.ui.parts.tiles import strip

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["neighbours"]

SHOWN = 8


def neighbours(run: Run, dataset: str, digit: Picture) -> None:
    """Show the nearest training pictures of the digit, by code above and by pixels below, and count their classes."""
    with waiting() as report:
        training = training_pictures(dataset, report)
        codes = training_codes(run, training, report)
    by_code, by_pixels = on_thread(_nearest, run, training, codes, digit)
    strip(
        (training.images[by_code], training.images[by_pixels]),
        (palette.RECONSTRUCTION, palette.ORIGINAL),
        ("The training pictures with the nearest codes", "The training pictures with the nearest pixels"),
    )
    both = len(set(by_code.tolist()) & set(by_pixels.tolist()))
    st.html(
        f"<p>Above, the {SHOWN} of {len(training.labels):,} training pictures whose codes are nearest to yours: "
        f"{_counted(training, by_code)}. Below, those whose pixels are nearest: {_counted(training, by_pixels)}. "
        f"{both} of them {'is' if both == 1 else 'are'} in both rows. Where the rows differ, the network judges "
        "likeness by something other than single pixels.</p>"
    )


def _nearest(
    run: Run, training: Training, codes: Tensor, digit: Picture
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    from cae.analysis.latent import codes as encode
    from cae.analysis.latent import nearest

    own = planes(digit[None])
    by_code = nearest(codes, encode(network(run), own), SHOWN)
    by_pixels = nearest(planes(training.images).flatten(1).float(), own.flatten(1).float(), SHOWN)
    return by_code[0].numpy(), by_pixels[0].numpy()


def _counted(training: Training, places: NDArray[np.int64]) -> str:
    """The classes among these pictures, the most frequent first: "6 × 3, 2 × 5"."""
    counts = Counter(training.classes[label] for label in training.labels[places]).most_common()
    return ", ".join(f"{count} × {escape(name)}" for name, count in counts)
