"""A picture, damaged at every strength that the slider has."""

from __future__ import annotations

import numpy as np

from cae.config import Corruption
from cae.inference import levels, on_thread, pixels
from cae.training.events import Images
from cae.ui.parts.images import Picture

__all__ = ["STRENGTHS", "damaged"]

STRENGTHS = tuple(round(0.05 * step, 2) for step in range(17))  # 0 to 0.8, as far as the table of repairs goes


def damaged(picture: Picture, kind: Corruption, seed: int) -> Images:
    """The picture (28, 28) at each of ``STRENGTHS``: uint8 (17, 28, 28); without a kind, the picture alone.

    The random numbers are the same at each strength: more strength adds to the damage and does not move it.
    """
    return picture[None] if kind == "none" else on_thread(_damaged, picture, kind, seed)


def _damaged(picture: Picture, kind: Corruption, seed: int) -> Images:
    import torch

    from cae.data.corruption import corrupt

    clean = pixels(picture[None])
    each = [corrupt(clean, kind, strength, torch.Generator().manual_seed(seed)) for strength in STRENGTHS]
    return np.concatenate([levels(one) for one in each])
