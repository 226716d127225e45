"""What the Train page shows before the first run: reconstructions by the untrained network."""

from __future__ import annotations

import numpy as np

from cae.config import TrainConfig
from cae.inference import is_warm, reconstruct
from cae.runs.run import Moment, Run
from cae.ui.networks.untrained import untrained
from cae.ui.parts.held_out import held_out
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
    shape = config.model.picture
    if not is_warm():
        black = np.zeros((WATCHED + 1, *shape.array), np.uint8)
        return Run(config, originals=black, moments=(Moment(0, 0.0, black),))
    digit = session.digit(shape)
    pictures = held_out(config.dataset, shape, WATCHED)
    if digit is not None:
        pictures = np.concatenate([pictures, digit[None]])
    back = reconstruct(untrained(config), pictures)
    mse = float(np.mean([each.mse for each in back.figures]))
    return Run(config, originals=pictures, moments=(Moment(0, mse, back.images),))
