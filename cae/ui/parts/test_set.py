"""The pictures to measure on, and the measurements: each made once for all visitors, the latest kept."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cae import inference
from cae.data import names
from cae.data.download import Progress
from cae.runs.figures import Figures
from cae.runs.run import Run
from cae.training.events import Images
from cae.ui.visitor.tasks import Task

if TYPE_CHECKING:
    from cae.evaluation.measurement import Evaluation, Reconstruct
    from cae.evaluation.pca import PCA

__all__ = ["Measured", "TestSet", "forget", "load", "measure_network", "measure_pca"]

log = logging.getLogger(__name__)
KEPT = 8  # measurements of networks, and as many of PCA: 8 MB each
PART = 50  # pictures at a time: the memory that a thread has once taken for torch stays taken


@dataclass(frozen=True, eq=False)
class TestSet:
    """The test split as uint8 (N, 28, 28) and labels (N,), with the PCA of the pictures to train on."""

    name: str
    images: Images
    labels: NDArray[np.int64]
    pca: PCA


@dataclass(frozen=True, eq=False)
class Measured:
    """What came back of every picture, each one's own figures (N,) by name, and those of the whole set."""

    images: Images
    each: dict[str, NDArray[np.float32]]
    figures: Figures

    def at(self, place: int) -> Figures:
        """One picture's figures."""
        return Figures(**{name: float(self.each[name][place]) for name in asdict(self.figures)})


def load(name: str, progress: Progress) -> TestSet:
    """The data set called ``name``, downloaded first if it is not there.

    Raises ``OSError`` where it cannot be had, and goes on doing so until ``forget(name)``: a page runs again at
    every click, and must not wait for a dead network each time.
    """
    return _loading(name).result(progress)


def forget(name: str) -> None:
    """Let the next ``load`` of this data set try anew."""
    _loading.clear(name)


def measure_network(run: Run, test: TestSet, progress: Progress) -> Measured:
    """What the network makes of the test set."""
    return _network(run.digest, test.name, run, test).result(progress)


def measure_pca(code_size: int, test: TestSet, progress: Progress) -> Measured:
    """What PCA makes of it with a code of that size."""
    return _pca(code_size, test.name, test).result(progress)


# The caches hold tasks, not results: a second visitor watches the work that the first one began.


@st.cache_resource(show_spinner=False)
def _loading(name: str) -> Task[TestSet]:
    return Task(lambda progress: _load(name, progress))


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _network(digest: str, name: str, _run: Run, _test: TestSet) -> Task[Measured]:
    return Task(lambda progress: _measure(lambda images: inference.network(_run)(images), _test, progress))


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _pca(code_size: int, name: str, _test: TestSet) -> Task[Measured]:
    from cae.evaluation.measurement import pca_at

    return Task(lambda progress: _measure(pca_at(_test.pca, code_size), _test, progress))


def _load(name: str, progress: Progress) -> TestSet:
    from cae.data import datasets
    from cae.evaluation.pca import PCA

    progress(0.0, f"Loading {names.TITLES[name]}")
    try:
        everything = datasets.load(name, progress=progress)
    except OSError as problem:
        log.warning("%s cannot be had: %s", name, problem)  # for whoever runs the server: it names their files
        raise
    progress(1.0, f"Finding the principal components of {names.TITLES[name]}")
    pca = PCA.fit(everything.train.images)
    # Only the test split outlives this function: the pictures to train on are five times as many.
    images, labels = everything.test.images.squeeze(1).clone(), everything.test.labels.clone()
    return TestSet(name, images.numpy(), labels.numpy(), pca)


def _measure(reconstruct: Reconstruct, test: TestSet, progress: Progress) -> Measured:
    import torch

    from cae.evaluation.measurement import evaluate

    images = torch.from_numpy(test.images).unsqueeze(1)
    words = f"Measuring on {len(images):,} pictures"
    return _plain(evaluate(reconstruct, images, lambda share: progress(share, words), PART))


def _plain(result: Evaluation) -> Measured:
    figures = result.figures
    each = {name: getattr(result.per_image, name).numpy() for name in asdict(figures)}
    return Measured(result.reconstructions.squeeze(1).numpy(), each, figures)
