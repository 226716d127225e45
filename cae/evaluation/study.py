"""The study: one small network with and without switches, at every code size, beside PCA.

Each row of the table is one network, trained once for every seed and measured on the test split. A row depends on
its own config alone, so that the command in it repeats it without the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any, get_args

from cae.config import TrainConfig, Unpooling, flags
from cae.config.settings import written
from cae.data.datasets import Dataset
from cae.data.download import Progress
from cae.device import Compute
from cae.evaluation.measurement import Reconstruct, evaluate, negative_elbo, network_on, pca_at
from cae.evaluation.pca import PCA
from cae.runs.figures import Figures
from cae.runs.run import Run
from cae.training.loop import train

__all__ = ["CODE_SIZES", "UNPOOLINGS", "Row", "Study", "configs", "measure", "quick", "read"]

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
        return {**asdict(self), "config": self.config.as_dict(), **told, "switch_bits": self.config.model.switch_bits}


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


def measure(
    configs: Sequence[TrainConfig],
    seeds: Sequence[int],
    dataset: Dataset,
    compute: Compute,
    progress: Progress = lambda share, words: None,
) -> Iterator[Row]:
    """Train every network once for each seed; yield its row of the table as soon as it is measured.

    Raises ``ValueError`` if a run diverges.
    """

    def figures(reconstruct: Reconstruct) -> Figures:
        return evaluate(reconstruct, dataset.test.images).figures

    pca: PCA | None = None
    beside: dict[int, Figures] = {}
    total, done = len(configs) * len(seeds), 0
    for config in configs:
        measured, kl = [], []
        for seed in seeds:
            words = f"{config.model.unpooling}, code {written(config.model.code_size)}, seed {seed}"
            run = Run(replace(config, seed=seed))
            for event in train(run.config, dataset, compute=compute):
                run = run.after(event)
                progress((done + run.step / run.steps) / total, words)
            if run.ending != "complete":
                raise ValueError(f"The run with {words} {run.ending}. Lower --learning-rate and measure again.")
            measured.append(figures(network_on(run, compute)))
            kl += [negative_elbo(run, dataset.test.images, compute)["kl"]] if config.model.variational else []
            done += 1
        size = config.model.pca_size
        if size and size not in beside:
            pca = pca or PCA.fit(dataset.train.images)
            beside[size] = figures(pca_at(pca, size))
        yield Row(config, tuple(seeds), tuple(measured), beside[size] if size else None, tuple(kl))
