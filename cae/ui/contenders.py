"""What is compared: networks, and PCA with codes of their sizes; and which pictures show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cae.config import IMAGE_SIDE
from cae.download import Progress
from cae.run import Run
from cae.ui import models, palette, testset
from cae.ui.testset import Measured, TestSet

__all__ = ["Contender", "Order", "answer", "arranged", "contenders", "measured"]

PIXELS = IMAGE_SIDE**2
SHOWN = 40
CLASSES = 10

Order = Literal["As they come", "Best", "Worst"]


@dataclass(frozen=True, eq=False)
class Contender:
    """A network, or PCA where there is no ``run``."""

    title: str
    tone: str
    note: str
    code_size: int
    run: Run | None = None

    def measure(self, test: TestSet, progress: Progress) -> Measured:
        def with_title(share: float, words: str) -> None:
            progress(share, f"{self.title}: {words[:1].lower()}{words[1:]}")

        if self.run is None:
            return testset.measure_pca(self.code_size, test, with_title)
        return testset.measure_network(self.run, test, with_title)


def contenders(run: Run, other: Run | None) -> tuple[Contender, ...]:
    """The network, its PCA, and the same of the other one; no PCA twice, and none as large as the picture."""
    lined_up: list[Contender] = []
    for one, tone in ((run, palette.RECONSTRUCTION), (other, palette.OTHER)):
        if one is None:
            continue
        model = one.config.model
        size = model.pca_size
        lined_up.append(Contender(one.title, tone, models.budget(model), model.code_numbers, one))
        if size and not any(each.run is None and each.code_size == size for each in lined_up):
            best = f"The best linear code of {size:,} number{'s' * (size != 1)} for the training pictures."
            lined_up.append(Contender(f"PCA {size}", palette.PCA, best, size))
    return tuple(lined_up)


def answer(lined_up: Sequence[Contender], results: Sequence[Measured], test: TestSet) -> str:
    """The page's question, answered in one sentence."""
    network, size = lined_up[0], lined_up[0].code_size
    if size >= PIXELS:
        return (
            f"The code of {network.title} holds {size:,} numbers, more than the {PIXELS} pixels of a picture. PCA with "
            "that many would copy every picture perfectly, so there is no PCA to set beside it."
        )
    ratio = results[1].figures.mse / results[0].figures.mse
    factor = f"{max(ratio, 1 / ratio):.1f} times" if max(ratio, 1 / ratio) >= 1.05 else "hardly"
    told = ", but more than its code told it" if network.run and network.run.config.model.switch_bits else ""
    return (
        f"Over {len(test.images):,} pictures of {models.DATASETS[test.name]} the error of {network.title} (MSE) is "
        f"**{factor} {'smaller' if ratio >= 1 else 'larger'}** than that of PCA with as many numbers{told}."
    )


def measured(lined_up: Sequence[Contender], test: TestSet, progress: Progress) -> tuple[Measured, ...]:
    """Everyone's results, in their order."""
    return tuple(one.measure(test, progress) for one in lined_up)


def arranged(
    labels: NDArray[np.int64], result: Measured, order: Order, metric: str, only: int | None = None
) -> list[int]:
    """Which pictures to show, as places in the test set: of one class, or the classes side by side in every row."""
    places = np.arange(len(labels))
    if order != "As they come":
        falling = (metric == "rmse") == (order == "Worst")
        values = result.each[metric]
        places = np.argsort(-values if falling else values, kind="stable")
    if only is not None:
        chosen = places[labels[places] == only]
        return [int(place) for place in chosen[:SHOWN]]
    by_class = (places[labels[places] == label][: SHOWN // CLASSES] for label in range(CLASSES))
    return [int(place) for row in zip(*by_class, strict=False) for place in row]
