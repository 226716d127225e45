"""A picture, damaged at every strength that the slider has."""

from __future__ import annotations

import numpy as np

from cae.config import Corruption
from cae.images import Images, levels, pixels
from cae.inference import on_thread
from cae.ui.parts.images import Picture

__all__ = ["STRENGTHS", "damaged"]

STRENGTHS = tuple(round(0.05 * step, 2) for step in range(17))  # 0 to 0.8, as far as the table of repairs goes


def damaged(picture: Picture, kind: Corruption, seed: int) -> Images:
    """The picture at each of ``STRENGTHS``: uint8 arrays (17, …); without a kind, the picture alone.

    The random numbers are the same at each strength: more strength adds to the damage and does not move it.
    """
    return picture[None] if kind == "none" else on_thread(_damaged, picture, kind, seed)


def _damaged(picture: Picture, kind: Corruption, seed: int) -> Images:
    import torch

    from cae.data.corruption import corrupt

    clean = pixels(picture[None])
    each = [corrupt(clean, kind, strength, torch.Generator().manual_seed(seed)) for strength in STRENGTHS]
    return np.concatenate([levels(one) for one in each])
