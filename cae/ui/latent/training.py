"""The first training pictures and their codes. Computed once for all visitors, then cached."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cae.data.download import Progress
from cae.inference import network
from cae.runs.run import Run
from cae.ui.parts.images import Picture
from cae.ui.parts.test_set import BATCH
from cae.ui.visitor.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Training", "training_codes", "training_pictures", "waiting"]

CACHED = 4  # sets of codes


@dataclass(frozen=True, eq=False)
class Training:
    """The first training pictures, uint8 (N, 28, 28), with labels (N,)."""

    name: str
    images: Picture
    labels: NDArray[np.int64]


@contextmanager
def waiting() -> Iterator[Progress]:
    """A progress bar that vanishes at the end; yields what reports to it."""
    bar = st.empty()

    def report(share: float, words: str) -> None:
        bar.progress(share, words)

    yield report
    bar.empty()


def training_pictures(name: str, progress: Progress) -> Training:
    """The first training pictures of the data set. Raises ``OSError`` if it cannot be loaded."""
    return _pictures(name).result(progress)


def training_codes(run: Run, training: Training, progress: Progress) -> Tensor:
    """Their codes (N, D) under the run's network."""
    return _codes(run.digest, training.name, run, training).result(progress)


@st.cache_resource(show_spinner=False)
def _pictures(name: str) -> Task[Training]:
    return Task(lambda progress: _load(name, progress))


def _load(name: str, progress: Progress) -> Training:
    from cae.analysis.samples import TRAINING
    from cae.data import datasets

    train = datasets.load(name, progress=progress).train[:TRAINING]
    return Training(name, train.images.squeeze(1).clone().numpy(), train.labels.clone().numpy())


@st.cache_resource(max_entries=CACHED, show_spinner=False)
def _codes(digest: str, name: str, _run: Run, _training: Training) -> Task[Tensor]:
    return Task(lambda progress: _encode(_run, _training, progress))


def _encode(run: Run, training: Training, progress: Progress) -> Tensor:
    import torch

    from cae.analysis.latent import codes

    images = torch.from_numpy(training.images).unsqueeze(1)
    words = f"Encoding {len(images):,} training pictures"
    return codes(network(run), images, lambda share: progress(share, words), BATCH)
