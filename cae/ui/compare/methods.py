"""The methods that are compared (networks, and PCA with as many numbers), and the pictures that show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cae.data.download import Progress
from cae.runs.run import Run
from cae.ui.compare.bins import LESS_IS_BETTER
from cae.ui.networks import words
from cae.ui.parts import palette, test_set
from cae.ui.parts.test_set import Measured, TestSet

__all__ = ["Method", "Order", "arranged", "measured", "methods"]

SHOWN = 40  # pictures in the grid

Order = Literal["As they come", "Best", "Worst"]


@dataclass(frozen=True, eq=False)
class Method:
    """A network, or PCA if ``run`` is None. ``role`` names its place in the comparison, whichever network is chosen."""

    title: str
    role: str
    tone: str
    note: str
    code_size: int
    run: Run | None = None

    def measure(self, test: TestSet, progress: Progress) -> Measured:
        def with_title(share: float, words: str) -> None:
            progress(share, f"{self.title}: {words[:1].lower()}{words[1:]}")

        if self.run is None:
            return test_set.measure_pca(self.code_size, test, with_title)
        return test_set.measure_network(self.run, test, with_title)


def methods(run: Run, other: Run | None) -> tuple[Method, ...]:
    """The network and PCA with as many numbers, then the same for the second network.

    PCA is left out if its size is there already, or is not smaller than a picture.
    """
    compared: list[Method] = []
    roles = ("Network", "PCA", palette.RECONSTRUCTION), ("Second network", "Second PCA", palette.OTHER)
    for one, (role, beside, tone) in zip((run, other), roles, strict=True):
        if one is None:
            continue
        model = one.config.model
        size = model.pca_size
        compared.append(Method(one.title, role, tone, words.budget(model), model.code_numbers, one))
        if size and not any(each.run is None and each.code_size == size for each in compared):
            best = f"The best linear code of {size:,} number{'s' * (size != 1)} for the training pictures."
            compared.append(Method(f"PCA {size}", beside, palette.PCA, best, size))
    return tuple(compared)


def measured(compared: Sequence[Method], test: TestSet, progress: Progress) -> tuple[Measured, ...]:
    """The measurements of all methods, in the same order."""
    return tuple(one.measure(test, progress) for one in compared)


def arranged(
    labels: NDArray[np.int64],
    result: Measured,
    order: Order,
    metric: str,
    only: int | None = None,
    part: NDArray[np.bool_] | None = None,
) -> list[int]:
    """The indices in the test set of the pictures to show, at most ``SHOWN``.

    Args:
        only: a class; None means all.
        part: which pictures may be shown, (N,); None means all.

    If both are None, the classes take turns.
    """
    places = np.arange(len(labels))
    if order != "As they come":
        falling = (metric in LESS_IS_BETTER) == (order == "Worst")
        values = result.each[metric]
        places = np.argsort(-values if falling else values, kind="stable")
    if part is not None:
        places = places[part[places]]
    if only is not None:
        places = places[labels[places] == only]
    if only is not None or part is not None:
        return [int(place) for place in places[:SHOWN]]
    there = np.unique(labels)
    by_class = (places[labels[places] == label][: max(1, SHOWN // len(there))] for label in there)
    return [int(place) for row in zip(*by_class, strict=False) for place in row][:SHOWN]
