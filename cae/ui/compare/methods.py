"""What is compared: networks, and PCA with codes of their sizes; and which pictures show it."""

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

SHOWN = 40
CLASSES = 10

Order = Literal["As they come", "Best", "Worst"]


@dataclass(frozen=True, eq=False)
class Method:
    """A network, or PCA where there is no ``run``. ``role`` is what it is here, whichever network is chosen."""

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
    """The network, its PCA, and the same of the other one; no PCA twice, and none as large as the picture."""
    lined_up: list[Method] = []
    roles = ("Network", "PCA", palette.RECONSTRUCTION), ("Second network", "Second PCA", palette.OTHER)
    for one, (role, beside, tone) in zip((run, other), roles, strict=True):
        if one is None:
            continue
        model = one.config.model
        size = model.pca_size
        lined_up.append(Method(one.title, role, tone, words.budget(model), model.code_numbers, one))
        if size and not any(each.run is None and each.code_size == size for each in lined_up):
            best = f"The best linear code of {size:,} number{'s' * (size != 1)} for the training pictures."
            lined_up.append(Method(f"PCA {size}", beside, palette.PCA, best, size))
    return tuple(lined_up)


def measured(lined_up: Sequence[Method], test: TestSet, progress: Progress) -> tuple[Measured, ...]:
    """Everyone's results, in their order."""
    return tuple(one.measure(test, progress) for one in lined_up)


def arranged(
    labels: NDArray[np.int64],
    result: Measured,
    order: Order,
    metric: str,
    only: int | None = None,
    part: NDArray[np.bool_] | None = None,
) -> list[int]:
    """Which pictures to show, as places in the test set.

    Those of the class ``only`` and those marked in ``part`` (N,), where these are given; else the classes side by
    side in every row.
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
    by_class = (places[labels[places] == label][: SHOWN // CLASSES] for label in range(CLASSES))
    return [int(place) for row in zip(*by_class, strict=False) for place in row]
