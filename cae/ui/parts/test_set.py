"""Test sets and measurements on them. Each is computed once for all who may see it, then kept."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cae import inference, registry
from cae.data.download import Progress
from cae.images import Images, arrays, planes
from cae.registry import Shape, is_drawn
from cae.runs.figures import Figures
from cae.runs.run import Run
from cae.ui.visitor.kept import Kept
from cae.ui.visitor.pictures import Pictures, pictures
from cae.ui.visitor.tasks import Task

if TYPE_CHECKING:
    from cae.evaluation.measurement import Evaluation, Reconstruct
    from cae.evaluation.pca import PCA

__all__ = ["Measured", "TestSet", "forget", "load", "measure_network", "measure_pca"]

log = logging.getLogger(__name__)
BATCH = 50  # pictures; small, because a thread never returns the memory that torch has once allocated for it


@dataclass(frozen=True, eq=False)
class TestSet:
    """The test split, uint8 arrays (N, S, S) or (N, S, S, 3) with labels (N,), and a PCA fitted to the training split.

    ``key`` tells it from every other test set; ``name`` does so only for named data sets. What is computed from it is
    kept with it, so that it goes when the test set goes.
    """

    name: str
    key: str
    images: Images
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    pca: PCA
    kept: Kept = field(default_factory=Kept)

    @property
    def shape(self) -> Shape:
        """The shape of every picture."""
        return Shape(self.images.shape[1], 3 if self.images.ndim == 4 else 1)

    @property
    def drawn(self) -> bool:
        """Whether a visitor's drawing is such a picture."""
        return is_drawn(self.name)


@dataclass(frozen=True, eq=False)
class Measured:
    """Reconstructions, uint8 arrays, each picture's metrics (N,) by name, and the metrics of the whole set."""

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
        LookupError: if it is a person's own pictures, which are not here.
    """
    source = pictures(name)
    return source.kept.get("test set", source.key, lambda: Task(lambda report: _load(source, report))).result(progress)


def forget(name: str) -> None:
    """Make the next ``load`` of this data set try again."""
    pictures(name).kept.forget("test set")


def measure_network(run: Run, test: TestSet, progress: Progress) -> Measured:
    """The network's reconstructions of the test set, and their metrics."""
    work = partial(_measure, lambda images: inference.network(run)(images), test)
    return test.kept.get("network", run.digest, lambda: Task(work)).result(progress)


def measure_pca(code_size: int, test: TestSet, progress: Progress) -> Measured:
    """The reconstructions of PCA with ``code_size`` components, and their metrics."""
    from cae.evaluation.measurement import pca_at

    work = partial(_measure, pca_at(test.pca, code_size), test)
    return test.kept.get("PCA", code_size, lambda: Task(work)).result(progress)


def _load(source: Pictures, progress: Progress) -> TestSet:
    from cae.evaluation.pca import PCA

    called = registry.title(source.name)
    progress(0.0, f"Loading {called}")
    try:
        everything = source.load(progress)
    except OSError as problem:
        log.warning("%s could not be loaded: %s", source.name, problem)  # server log only: it has file paths
        raise
    progress(1.0, f"Finding the principal components of {called}")
    pca = PCA.fit(everything.train.images)
    # Copies, so that the training split, which is several times as large, can be freed.
    images, labels = arrays(everything.test.images).copy(), everything.test.labels.clone().numpy()
    return TestSet(source.name, source.key, images, labels, everything.classes, pca)


def _measure(reconstruct: Reconstruct, test: TestSet, progress: Progress) -> Measured:
    from cae.evaluation.measurement import evaluate

    images = planes(test.images)
    words = f"Measuring on {len(images):,} pictures"
    return _plain(evaluate(reconstruct, images, lambda share: progress(share, words), BATCH))


def _plain(result: Evaluation) -> Measured:
    figures = result.figures
    each = {name: getattr(result.per_image, name).numpy() for name in asdict(figures)}
    return Measured(arrays(result.reconstructions), each, figures)
