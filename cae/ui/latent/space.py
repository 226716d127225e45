"""The codes of the test pictures, and their leading directions. Computed once for all visitors, then cached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cae import inference
from cae.data.download import Progress
from cae.images import brightness, planes
from cae.runs.run import Run
from cae.ui.parts.test_set import BATCH, TestSet
from cae.ui.visitor.tasks import Task

if TYPE_CHECKING:
    from cae.analysis.latent import Directions

__all__ = ["DIRECTIONS", "Space", "space"]

DIRECTIONS = 8  # leading directions, at most
CLEAR = 0.6  # correlation from which a direction is named by what it changes
CACHED = 16  # spaces; 40 kB for each number of the code


@dataclass(frozen=True, eq=False)
class Space:
    """The codes (N, D) of a test set under a network, and their directions.

    Attributes:
        shares: each direction's share of the variance.
        changes: what each direction changes, with the correlation over the test pictures; None where no property that
            is measured has a correlation of ``CLEAR`` or more.
    """

    codes: NDArray[np.float32]
    directions: Directions
    shares: tuple[float, ...]
    changes: tuple[tuple[str, float] | None, ...]

    @property
    def places(self) -> NDArray[np.float32]:
        """The codes on the map, (N, 2), or (N, 1) for codes of one number."""
        import torch

        found: NDArray[np.float32] = self.directions.project(torch.from_numpy(self.codes))[:, :2].numpy()
        return found


def space(run: Run, test: TestSet, progress: Progress) -> Space:
    """The space of the run's network, seen through this test set."""
    return test.kept.get("space", run.digest, lambda: Task(partial(_encode, run, test)), CACHED).result(progress)


def _encode(run: Run, test: TestSet, progress: Progress) -> Space:
    from cae.analysis.latent import Directions, codes
    from cae.analysis.properties import correlations, properties

    images, words = planes(test.images), f"Encoding {len(test.images):,} pictures"
    all_codes = codes(inference.network(run), images, lambda share: progress(share, words), BATCH)
    directions = Directions.of(all_codes, min(DIRECTIONS, all_codes.shape[1]))
    whole = float(all_codes.var(0, correction=0).sum()) or 1.0
    found = correlations(directions.project(all_codes).numpy(), properties(brightness(test.images)))
    return Space(
        all_codes.numpy(),
        directions,
        tuple((directions.spreads.square() / whole).tolist()),
        tuple(_change(found, at) for at in range(len(directions.axes))),
    )


def _change(correlations: Mapping[str, NDArray[Any]], direction: int) -> tuple[str, float] | None:
    each = {name: float(values[direction]) for name, values in correlations.items()}
    name = max(each, key=lambda one: abs(each[one]))
    return (name, each[name]) if abs(each[name]) >= CLEAR else None
