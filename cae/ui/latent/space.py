"""The codes of the test pictures, and their leading directions. Computed once for all visitors, then cached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cae import inference
from cae.data.download import Progress
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
    return _space(run.digest, test.name, run, test).result(progress)


@st.cache_resource(max_entries=CACHED, show_spinner=False)
def _space(digest: str, name: str, _run: Run, _test: TestSet) -> Task[Space]:
    return Task(lambda progress: _encode(_run, _test, progress))


def _encode(run: Run, test: TestSet, progress: Progress) -> Space:
    import torch

    from cae.analysis.latent import Directions, codes
    from cae.analysis.properties import correlations, properties

    images, words = torch.from_numpy(test.images).unsqueeze(1), f"Encoding {len(test.images):,} pictures"
    all_codes = codes(inference.network(run), images, lambda share: progress(share, words), BATCH)
    directions = Directions.of(all_codes, min(DIRECTIONS, all_codes.shape[1]))
    whole = float(all_codes.var(0, correction=0).sum()) or 1.0
    found = correlations(directions.project(all_codes).numpy(), properties(test.images))
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
