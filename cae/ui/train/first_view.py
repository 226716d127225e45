"""What the Train page shows before the first run: reconstructions by the untrained network."""

from __future__ import annotations

from typing import cast

import numpy as np
import streamlit as st

from cae.config import TrainConfig
from cae.inference import is_warm, on_thread, reconstruct
from cae.runs.run import Moment, Run
from cae.training.events import Images
from cae.ui.networks.untrained import untrained
from cae.ui.parts.examples import example_pictures
from cae.ui.visitor import session

__all__ = ["LOOKS_EVERY", "WATCHED", "first_view"]

LOOKS_EVERY = 0.3  # seconds between two updates while the server still loads torch
WATCHED = 8  # pictures of the data set; the visitor's own digit comes after them


def first_view(config: TrainConfig) -> Run:
    """The visitor's last run, if there is one; else a run of this config with no step taken.

    While the server still loads torch, the pictures are black. So the page does not wait, and its layout is stable.
    """
    last = next((run for run in reversed(session.runs()) if run.moments), None)
    if last is not None:
        return last
    if not is_warm():
        black = np.zeros((WATCHED + 1, 28, 28), np.uint8)
        return Run(config, originals=black, moments=(Moment(0, 0.0, black),))
    digit = session.digit()
    pictures = _pictures(config.dataset)
    if digit is not None:
        pictures = np.concatenate([pictures, digit[None]])
    back = reconstruct(untrained(config), pictures)
    mse = float(np.mean([each.mse for each in back.figures]))
    return Run(config, originals=pictures, moments=(Moment(0, mse, back.images),))


@st.cache_data(show_spinner=False)
def _pictures(dataset: str) -> Images:
    """The held-out pictures that a run watches; the example digits while the data set is not on disk."""
    found = on_thread(_held_out, dataset)
    return example_pictures()[:WATCHED] if found is None else found


def _held_out(dataset: str) -> Images | None:
    from cae.data.datasets import first_validation_images

    images = first_validation_images(dataset, WATCHED)
    return None if images is None else cast(Images, images.squeeze(1).numpy())
