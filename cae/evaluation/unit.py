"""The unit of a study: one run, which is a network trained with one seed and measured on the test split.

Where the runs of a study are computed is a ``Place``: in this process (``here``), in processes beside each other, or on
a cluster (``cae.jobs``).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from cae.config import TrainConfig
from cae.config.settings import written
from cae.data.datasets import Dataset
from cae.data.download import Progress
from cae.device import Compute
from cae.evaluation.measurement import evaluate, negative_elbo, network_on
from cae.runs.figures import Figures
from cae.runs.run import Run
from cae.training.loop import train

__all__ = ["Place", "Unit", "Units", "here", "measured", "title"]


@dataclass(frozen=True)
class Unit:
    """What one run leaves: its figures, of a variational network the KL divergence in nats a picture, its device."""

    figures: Figures
    kl: float | None
    device: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; ``from_dict`` reads them back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Unit:
        """A unit from plain values. Raises ``ValueError``, ``KeyError`` or ``TypeError`` for others."""
        kl = values["kl"]
        figures = Figures(**{name: float(value) for name, value in values["figures"].items()})
        return cls(figures, None if kl is None else float(kl), str(values["device"]))


Units = Callable[[Sequence[TrainConfig], Dataset, Progress], Generator[tuple[TrainConfig, Unit], None, None]]
"""Configs, each with its seed; a data set; progress → each config with its unit, as they finish, in any order.

To close the generator ends what is still computed. It raises ``ValueError`` if a run diverges, and ``OSError`` if a
run cannot be computed.
"""


@dataclass(frozen=True)
class Place:
    """Where units are computed. Units of the same config and ``device`` are alike."""

    device: str
    units: Units


def title(config: TrainConfig) -> str:
    """What tells a run of a study from the others, in words."""
    return f"{config.model.unpooling}, code {written(config.model.code_size)}, seed {config.seed}"


def measured(
    config: TrainConfig, dataset: Dataset, compute: Compute, progress: Callable[[float], None] = lambda share: None
) -> Unit:
    """Train this network and measure it. ``progress`` is called with the share of the steps taken, 0 to 1.

    Raises ``ValueError`` if the run diverges.
    """
    run = Run(config)
    for event in train(config, dataset, compute=compute):
        run = run.after(event)
        progress(run.step / run.steps)
    if run.ending != "complete":
        raise ValueError(f"The run with {title(config)} {run.ending}. Lower --learning-rate and measure again.")
    figures = evaluate(network_on(run, compute), dataset.test.images).figures
    return Unit(figures, negative_elbo(run, dataset.test.images, compute).get("kl"), str(compute))


def here(compute: Compute) -> Place:
    """This process, which computes one unit after the other."""
    return Place(str(compute), partial(_one_by_one, compute))


def _one_by_one(
    compute: Compute, configs: Sequence[TrainConfig], dataset: Dataset, progress: Progress
) -> Generator[tuple[TrainConfig, Unit], None, None]:
    for done, config in enumerate(configs):

        def report(share: float, done: int = done, config: TrainConfig = config) -> None:
            progress((done + share) / len(configs), title(config))

        yield config, measured(config, dataset, compute, report)
