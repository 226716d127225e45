"""The scores of a network, and where those of test pictures lie: stored for some networks, computed for all others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cae.data.download import Progress
from cae.images import planes
from cae.inference import network, on_thread
from cae.once import once
from cae.runs.run import Run
from cae.ui.parts.images import Picture
from cae.ui.parts.test_set import BATCH, TestSet
from cae.ui.parts.text import plain
from cae.ui.visitor.pictures import Pictures, pictures
from cae.ui.visitor.services import SHIPPED
from cae.ui.visitor.tasks import Task

if TYPE_CHECKING:
    from cae.analysis.doubt import Doubt

__all__ = ["FOLDER", "Profile", "profile"]

FOLDER = SHIPPED.parent / "outliers"
STORED_ON = "mnist"  # the data set of the stored ones
TRAINING, VALIDATION = 6_000, 2_000  # pictures for a network without a stored profile


@dataclass(frozen=True, eq=False)
class Profile:
    """``quantiles`` (1001,) of each score over the test pictures, in rising order."""

    doubt: Doubt
    quantiles: dict[str, NDArray[np.float32]]

    def scores(self, run: Run, picture: Picture) -> dict[str, float]:
        """Each score of one picture, (S, S) or (S, S, 3)."""
        return on_thread(self._scores, run, picture)

    def share_below(self, score: str, value: float) -> float:
        """The share of test pictures with a smaller score: 0 to 1."""
        return float(np.searchsorted(self.quantiles[score], np.float32(value))) / len(self.quantiles[score])

    def _scores(self, run: Run, picture: Picture) -> dict[str, float]:
        image = planes(picture[None])
        return {name: float(value) for name, value in self.doubt.scores(network(run), image).items()}


def profile(run: Run, test: TestSet, progress: Progress) -> Profile:
    """The run's profile on this test set. The first visitor who asks for one that is not stored waits for it."""
    stored = _stored() if test.name == STORED_ON else {}
    if run.digest in stored:
        return stored[run.digest]
    work = partial(_compute, run, test, pictures(test.name))
    return test.kept.get("profile", run.digest, lambda: Task(work)).result(progress)


@once
def _stored() -> dict[str, Profile]:
    """The profiles in ``assets``, by the digest of their network."""
    return on_thread(lambda: dict(map(_read, sorted(FOLDER.glob("*.safetensors")))))


def _read(path: object) -> tuple[str, Profile]:
    from safetensors import safe_open

    from cae.analysis.doubt import SCORES, Doubt

    with safe_open(path, "pt") as file:
        told = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (a file cannot be iterated over)
        digest: str = file.metadata()["network"]
    return digest, Profile(Doubt.from_tensors(told), {name: told[f"quantiles {name}"].numpy() for name in SCORES})


def _compute(run: Run, test: TestSet, source: Pictures, progress: Progress) -> Profile:
    from cae.analysis.doubt import Doubt, quantiles

    words = f"{plain(run.title)}: scoring {len(test.images):,} pictures"
    progress(0.0, words)
    everything = source.load(progress)
    model = network(run)
    known = everything.train.images[:TRAINING], everything.validation.images[:VALIDATION]
    doubt = Doubt.fit(model, *known, lambda share: progress(share / 2, words), BATCH)
    images = planes(test.images)
    scores = doubt.scores(model, images, lambda share: progress((1 + share) / 2, words), BATCH)
    return Profile(doubt, {name: each.numpy() for name, each in quantiles(scores).items()})
