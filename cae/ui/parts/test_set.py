"""Test sets and measurements on them. Each is computed once for all visitors, then cached."""

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
CACHED = 8  # measurements of networks, and as many of PCA; 8 MB each
BATCH = 50  # pictures; small, because a thread never returns the memory that torch has once allocated for it


@dataclass(frozen=True, eq=False)
class TestSet:
    """The test split, uint8 (N, 28, 28) with labels (N,), and a PCA fitted to the training split."""

    name: str
    images: Images
    labels: NDArray[np.int64]
    pca: PCA


@dataclass(frozen=True, eq=False)
class Measured:
    """Reconstructions (N, 28, 28), each picture's metrics (N,) by name, and the metrics of the whole set."""

    images: Images
    each: dict[str, NDArray[np.float32]]
    figures: Figures

    def at(self, place: int) -> Figures:
        """The metrics of one picture."""
        return Figures(**{name: float(self.each[name][place]) for name in asdict(self.figures)})


def load(name: str, progress: Progress) -> TestSet:
    """The data set ``name``, downloaded first if it is not on disk.

    Raises:
        OSError: if it can neither be read nor downloaded. The failure is cached until ``forget(name)``, because a
            page reruns at every click and must not wait for a dead connection each time.
    """
    return _loading(name).result(progress)


def forget(name: str) -> None:
    """Make the next ``load`` of this data set try again."""
    _loading.clear(name)


def measure_network(run: Run, test: TestSet, progress: Progress) -> Measured:
    """The network's reconstructions of the test set, and their metrics."""
    return _network(run.digest, test.name, run, test).result(progress)


def measure_pca(code_size: int, test: TestSet, progress: Progress) -> Measured:
    """The reconstructions of PCA with ``code_size`` components, and their metrics."""
    return _pca(code_size, test.name, test).result(progress)


# The caches hold tasks, not results, so that a second visitor waits for the same task instead of a second one.


@st.cache_resource(show_spinner=False)
def _loading(name: str) -> Task[TestSet]:
    return Task(lambda progress: _load(name, progress))


@st.cache_resource(max_entries=CACHED, show_spinner=False)
def _network(digest: str, name: str, _run: Run, _test: TestSet) -> Task[Measured]:
    return Task(lambda progress: _measure(lambda images: inference.network(_run)(images), _test, progress))


@st.cache_resource(max_entries=CACHED, show_spinner=False)
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
        log.warning("%s could not be loaded: %s", name, problem)  # server log only: it has file paths
        raise
    progress(1.0, f"Finding the principal components of {names.TITLES[name]}")
    pca = PCA.fit(everything.train.images)
    # Clones, so that the training split, which is several times as large, can be freed.
    images, labels = everything.test.images.squeeze(1).clone(), everything.test.labels.clone()
    return TestSet(name, images.numpy(), labels.numpy(), pca)


def _measure(reconstruct: Reconstruct, test: TestSet, progress: Progress) -> Measured:
    import torch

    from cae.evaluation.measurement import evaluate

    images = torch.from_numpy(test.images).unsqueeze(1)
    words = f"Measuring on {len(images):,} pictures"
    return _plain(evaluate(reconstruct, images, lambda share: progress(share, words), BATCH))


def _plain(result: Evaluation) -> Measured:
    figures = result.figures
    each = {name: getattr(result.per_image, name).numpy() for name in asdict(figures)}
    return Measured(result.reconstructions.squeeze(1).numpy(), each, figures)
