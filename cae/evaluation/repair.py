"""Repair of damaged pictures: networks beside simple ways, at every kind and strength of corruption.

The simple ways are a median filter, total-variation denoising and PCA. Nobody tells any way which damage it meets,
but the median filter and total variation have a parameter, which is the best one on validation pictures with the same
damage: the figures of the simple ways are those of a user who knows how to choose it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from cae.config import Corruption
from cae.data.corruption import corrupt
from cae.data.datasets import Dataset
from cae.data.download import Progress
from cae.evaluation.measurement import Reconstruct
from cae.evaluation.metrics import mse, per_image
from cae.evaluation.pca import PCA
from cae.runs.figures import Figures

__all__ = [
    "COMPONENTS",
    "DAMAGED",
    "MEDIAN",
    "PCA_WAY",
    "SIMPLE",
    "STRENGTHS",
    "TOTAL_VARIATION",
    "Row",
    "Table",
    "measure",
    "read",
    "simple_ways",
]

DAMAGED, MEDIAN, TOTAL_VARIATION, PCA_WAY = "damaged", "median filter", "total variation", "PCA"
SIMPLE = (MEDIAN, TOTAL_VARIATION, PCA_WAY)
STRENGTHS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
COMPONENTS = 32  # of PCA, as many numbers as the networks beside it have
PARAMETERS: dict[str, tuple[float, ...]] = {
    MEDIAN: (3, 5),  # the window's side, in pixels
    TOTAL_VARIATION: (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5),  # the weight: more is smoother
}
TUNED_ON = 300  # validation pictures
PART = 500  # pictures at a time
NO_DAMAGE: Corruption = "none"


@dataclass(frozen=True)
class Row:
    """The figures of one way on the test pictures with this damage; its parameter, if it has one."""

    kind: Corruption
    strength: float
    way: str
    parameter: float | None
    figures: Figures


@dataclass(frozen=True)
class Table:
    """All rows, and how they were measured."""

    dataset: str
    images: int
    seed: int
    rows: tuple[Row, ...]

    def curve(self, kind: Corruption, way: str) -> tuple[Row, ...]:
        """One way at each strength; the row without damage serves all kinds."""
        return tuple(sorted(self._curves.get((kind, way), ()), key=lambda row: row.strength))

    def at(self, kind: Corruption, strength: float, way: str) -> Row:
        """The row at this strength, or at the nearest one that was measured. Raises ``ValueError`` if there is none."""
        return min(self.curve(kind, way), key=lambda row: abs(row.strength - strength))

    @cached_property
    def _curves(self) -> dict[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = {}
        for row in self.rows:
            kinds = {row.kind for row in self.rows} if row.kind == NO_DAMAGE else {row.kind}
            for kind in kinds:
                found.setdefault((kind, row.way), []).append(row)
        return found

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; ``read`` takes them from a file."""
        return asdict(self)


def read(path: Path) -> Table:
    """Read a table from the JSON of ``Table.as_dict``. Raises ``OSError``, ``ValueError`` or ``KeyError``."""
    told = json.loads(path.read_text("utf-8"))
    rows = tuple(Row(**{**row, "figures": Figures(**row["figures"])}) for row in told["rows"])
    return Table(told["dataset"], told["images"], told["seed"], rows)


def measure(
    networks: Mapping[str, Reconstruct],
    dataset: Dataset,
    damages: Sequence[tuple[Corruption, float]],
    seed: int = 0,
    progress: Progress = lambda share, words: None,
) -> Iterator[Row]:
    """The rows of each damage, as soon as they are measured: damaged pictures, simple ways, networks by name.

    Every way gets the same damaged pictures; ``seed`` is that of their damage.
    """
    pca = PCA.fit(dataset.train.images)
    tuning = dataset.validation.images[:TUNED_ON].float() / 255
    for done, (kind, strength) in enumerate(damages):

        def damaged(images: Tensor, kind: Corruption = kind, strength: float = strength) -> Tensor:
            return corrupt(images, kind, strength, torch.Generator().manual_seed(seed))

        parameters = {name: _best(name, damaged(tuning), tuning) for name in PARAMETERS}
        ways: dict[str, Reconstruct] = {
            DAMAGED: lambda images: images,
            **simple_ways(pca, parameters),
            **networks,
        }
        given = damaged(dataset.test.images.float() / 255)
        for number, (name, way) in enumerate(ways.items()):
            progress((done + number / len(ways)) / len(damages), f"{kind}, strength {strength:g}: {name}")
            yield Row(kind, strength, name, parameters.get(name), _figures(way, given, dataset.test.images))


def simple_ways(pca: PCA, parameters: Mapping[str, float]) -> dict[str, Reconstruct]:
    """Functions from damaged pictures (N, C, H, W) in [0, 1] to repaired ones, by name.

    Args:
        parameters: the median filter's window in pixels, and the weight of total variation.
    """
    return {
        MEDIAN: partial(_median, size=parameters[MEDIAN]),
        TOTAL_VARIATION: partial(_total_variation, weight=parameters[TOTAL_VARIATION]),
        PCA_WAY: lambda images: pca.reconstruct(images, COMPONENTS).clamp(0, 1),
    }


def _median(images: Tensor, size: float) -> Tensor:
    """Each pixel becomes the median of the window around it; outside the picture it is black."""
    from skimage.filters import median

    return torch.from_numpy(median(images.numpy(), np.ones((1, 1, int(size), int(size))), mode="constant"))


def _total_variation(images: Tensor, weight: float) -> Tensor:
    """Chambolle, "An algorithm for total variation minimization and applications", 2004."""
    from skimage.restoration import denoise_tv_chambolle

    each = [denoise_tv_chambolle(image, weight=weight, channel_axis=0) for image in images.numpy()]
    return torch.from_numpy(np.stack(each)).float()


def _best(name: str, given: Tensor, originals: Tensor) -> float:
    """The parameter with the least MSE."""
    way: Callable[..., Tensor] = {MEDIAN: _median, TOTAL_VARIATION: _total_variation}[name]
    return min(PARAMETERS[name], key=lambda value: float(mse(originals, way(given, value)).mean()))


def _figures(way: Reconstruct, given: Tensor, images: Tensor) -> Figures:
    with torch.inference_mode():
        back = torch.cat([way(part).float() for part in given.split(PART)])
        return per_image(images.float() / 255, back).over_set()
