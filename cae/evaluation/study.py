"""The study: one small network with and without switches, at every code size, beside PCA.

Each row of the table is one network, trained once for every seed and measured on the test split. A row depends on
its own config alone, so that the command in it repeats it without the others. Its runs are computed in any order and
place (``cae.evaluation.unit``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any, get_args

from cae.config import TrainConfig, Unpooling, flags
from cae.data.datasets import Dataset
from cae.data.download import Progress
from cae.evaluation.measurement import evaluate, pca_at
from cae.evaluation.pca import PCA
from cae.evaluation.unit import Unit, Units
from cae.runs.figures import Figures

__all__ = ["CODE_SIZES", "UNPOOLINGS", "Row", "Study", "configs", "quick", "read", "rows"]

UNPOOLINGS: tuple[Unpooling, ...] = get_args(Unpooling)
CODE_SIZES = (1, 2, 8, 32, 128, None)
QUICK = {"train": 512, "validation": 100, "test": 200}  # images


@dataclass(frozen=True)
class Row:
    """The figures of one network on the test split: one for each seed, and PCA's if its code has a size."""

    config: TrainConfig
    seeds: tuple[int, ...]
    figures: tuple[Figures, ...]
    pca: Figures | None
    kl: tuple[float, ...] = ()  # of a variational network: nats a picture, one for each seed
    devices: tuple[str, ...] = field(default=(), compare=False)  # not in the file: the study tells them once

    @property
    def mse(self) -> float:
        """The mean over the seeds."""
        return fmean(one.mse for one in self.figures)

    @property
    def ssim(self) -> float:
        """The mean over the seeds."""
        return fmean(one.ssim for one in self.figures)

    @property
    def spread(self) -> float:
        """The range of the seeds' MSEs: the mean of a repetition may differ by as much."""
        return max(one.mse for one in self.figures) - min(one.mse for one in self.figures)

    @property
    def command(self) -> str:
        """The command that repeats this row."""
        words = flags(replace(self.config, seed=0), always=("dataset", "epochs", "code_size", "unpooling"))
        return " ".join(["python -m cae study", *words, f"--seeds {','.join(map(str, self.seeds))}"])

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON: what was measured, and figures derived from it for readers of the file."""
        told = {name: getattr(self, name) for name in ("mse", "spread", "ssim", "command")}
        own = {**asdict(self), "config": self.config.as_dict()}
        del own["devices"]
        return {**own, **told, "switch_bits": self.config.model.switch_bits}


@dataclass(frozen=True)
class Study:
    """The table and how it was measured. The figures of a ``quick`` study mean nothing: it only shows that it runs."""

    dataset: str
    images: int
    device: str
    quick: bool
    rows: tuple[Row, ...]

    def at(self, unpooling: str, code_size: int | None) -> Row:
        """One row of the table."""
        return self._rows[unpooling, code_size]

    @classmethod
    def of(cls, configs: Sequence[TrainConfig], rows: Iterable[Row], dataset: Dataset, quick: bool) -> Study:
        """The table of these rows, one for each config, in the order of the configs."""
        by_config = {row.config: row for row in rows}
        ordered = tuple(by_config[config] for config in configs)
        devices = sorted({device for row in ordered for device in row.devices})
        return cls(dataset.name, len(dataset.test), "; ".join(devices), quick, ordered)

    @cached_property
    def _rows(self) -> dict[tuple[str, int | None], Row]:
        return {(row.config.model.unpooling, row.config.model.code_size): row for row in self.rows}

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; ``read`` takes them from a file."""
        return {**vars(self), "rows": [row.as_dict() for row in self.rows]}


def read(path: Path) -> Study:
    """Read a study from the JSON of ``Study.as_dict``. Raises ``OSError``, ``ValueError`` or ``KeyError``."""
    told = json.loads(path.read_text("utf-8"))
    rows = tuple(
        Row(
            TrainConfig.from_dict(row["config"]),
            tuple(row["seeds"]),
            tuple(Figures(**one) for one in row["figures"]),
            Figures(**row["pca"]) if row["pca"] else None,
            tuple(row.get("kl", ())),
        )
        for row in told["rows"]
    )
    return Study(told["dataset"], told["images"], told["device"], told["quick"], rows)


def configs(
    base: TrainConfig, unpooling: Sequence[Unpooling] = UNPOOLINGS, code_size: Sequence[int | None] = CODE_SIZES
) -> Iterator[TrainConfig]:
    """The configs of the table: ``base`` with each unpooling at each code size."""
    for size in code_size:
        for kind in unpooling:
            yield replace(base, model=replace(base.model, code_size=size, unpooling=kind))


def quick(dataset: Dataset) -> Dataset:
    """The first few images of every split: enough to see that the study runs."""
    return replace(dataset, **{split: getattr(dataset, split)[:count] for split, count in QUICK.items()})


def rows(
    configs: Sequence[TrainConfig],
    seeds: Sequence[int],
    dataset: Dataset,
    units: Units,
    progress: Progress = lambda share, words: None,
) -> Iterator[Row]:
    """Have every network trained once for each seed; yield its row as soon as all its seeds are measured.

    ``units`` computes the runs. The rows come in any order. Raises ``ValueError`` if a run diverges, and ``OSError`` if
    a run cannot be computed.
    """
    row_of = {replace(config, seed=seed): config for config in configs for seed in seeds}
    found: dict[TrainConfig, Unit] = {}
    pca = _PCA(dataset)
    with closing(units(list(row_of), dataset, progress)) as finished:
        for run, unit in finished:
            found[run] = unit
            config = row_of[run]
            runs = [replace(config, seed=seed) for seed in seeds]
            if all(run in found for run in runs):
                yield _row(config, seeds, [found[run] for run in runs], pca.figures(config.model.pca_size))


def _row(config: TrainConfig, seeds: Sequence[int], units: Sequence[Unit], pca: Figures | None) -> Row:
    kl = tuple(unit.kl for unit in units if unit.kl is not None)
    devices = tuple(dict.fromkeys(unit.device for unit in units))
    return Row(config, tuple(seeds), tuple(unit.figures for unit in units), pca, kl, devices)


class _PCA:
    """PCA of a data set, fitted when it is first asked for, and its figures on the test split at each code size."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._figures: dict[int, Figures] = {}

    @cached_property
    def _fitted(self) -> PCA:
        return PCA.fit(self._dataset.train.images)

    def figures(self, size: int | None) -> Figures | None:
        """None if PCA has no code of this size."""
        if not size:
            return None
        if size not in self._figures:
            self._figures[size] = evaluate(pca_at(self._fitted, size), self._dataset.test.images).figures
        return self._figures[size]
