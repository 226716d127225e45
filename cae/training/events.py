"""The events of a training run: one ``Started``, then ``Step``, ``Preview`` and ``Epoch`` in any order, then one
``Finished``.

Arrays are numpy and belong to the receiver. Weights are named as in the model's ``state_dict``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cae.images import Images

__all__ = ["Ending", "Epoch", "Event", "Finished", "Preview", "Started", "Step", "Weights"]

Weights = Mapping[str, NDArray[np.generic]]
Ending = Literal["complete", "diverged"]


@dataclass(frozen=True, eq=False)
class Started:
    """The run is about to take its first step."""

    steps: int  # optimiser steps in the whole run
    steps_per_epoch: int
    device: str  # in words: "CPU, 2 threads, float32"
    originals: Images  # the watched pictures, as given to the network


@dataclass(frozen=True)
class Step:
    """Some optimiser steps were taken since the last ``Step``."""

    step: int  # steps taken so far
    losses: tuple[float, ...]  # the MSE of each batch since the last ``Step``
    seconds: float  # training time so far
    images_per_second: float  # since the last ``Step``
    kl: tuple[float, ...] = ()  # of a variational network: the KL divergence of each batch, nats a picture

    @property
    def loss(self) -> float:
        """Mean training loss since the last ``Step``."""
        return sum(self.losses) / len(self.losses)


@dataclass(frozen=True, eq=False)
class Preview:
    """The watched pictures as the network reconstructs them now, and its weights."""

    step: int
    held_out: float  # MSE on the first validation images
    reconstructions: Images
    weights: Weights  # of the network that made them; finite
    kl: float | None = None  # of a variational network: nats a picture on the first validation images


@dataclass(frozen=True)
class Epoch:
    """One pass over the training images is done."""

    epoch: int  # 1-based
    step: int
    train_loss: float  # mean over the epoch's batches
    held_out: float  # MSE on the whole validation split
    kl: float | None = None  # of a variational network: nats a picture on the whole validation split


@dataclass(frozen=True, eq=False)
class Finished:
    """The run has ended by itself; the last ``Preview`` holds its weights."""

    ending: Ending
    message: str  # one sentence for a person
    seconds: float
    weights: Weights | None = None  # of a run that diverged: the best so far, instead of the last


Event = Started | Step | Preview | Epoch | Finished
