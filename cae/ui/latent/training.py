"""The first training pictures and their codes. Computed once for all visitors, then cached."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cae.data.download import Progress
from cae.images import Images, arrays, planes
from cae.inference import network
from cae.runs.run import Run
from cae.ui.parts.test_set import BATCH
from cae.ui.visitor.kept import Kept
from cae.ui.visitor.pictures import Pictures, pictures
from cae.ui.visitor.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Training", "training_codes", "training_pictures", "waiting"]

CACHED = 4  # sets of codes


@dataclass(frozen=True, eq=False)
class Training:
    """The first training pictures, uint8 arrays, with labels (N,) and the names of these."""

    images: Images
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    kept: Kept = field(default_factory=Kept)


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
    source = pictures(name)
    return source.kept.get("training", source.key, lambda: Task(partial(_load, source))).result(progress)


def training_codes(run: Run, training: Training, progress: Progress) -> Tensor:
    """Their codes (N, D) under the run's network."""
    work = partial(_encode, run, training)
    return training.kept.get("codes", run.digest, lambda: Task(work), CACHED).result(progress)


def _load(source: Pictures, progress: Progress) -> Training:
    from cae.analysis.samples import TRAINING

    everything = source.load(progress)
    train = everything.train[:TRAINING]
    return Training(arrays(train.images).copy(), train.labels.clone().numpy(), everything.classes)


def _encode(run: Run, training: Training, progress: Progress) -> Tensor:
    from cae.analysis.latent import codes

    images = planes(training.images)
    words = f"Encoding {len(images):,} training pictures"
    return codes(network(run), images, lambda share: progress(share, words), BATCH)
