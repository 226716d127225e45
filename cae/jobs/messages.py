"""What the app and its training worker say to each other, besides the events of the run itself."""

from __future__ import annotations

from dataclasses import dataclass

from cae.events import Epoch, Finished, Images, Preview, Started, Step

__all__ = ["VOCABULARY", "Ended", "Order", "Preparing", "Stop", "Substituted"]


@dataclass(frozen=True, eq=False)
class Order:
    """To the worker: train this. ``watch`` are the pictures to reconstruct again and again."""

    job: int
    config: dict[str, object]  # TrainConfig.as_dict()
    watch: Images


@dataclass(frozen=True)
class Stop:
    """To the worker: end this job, if it is still on it."""

    job: int


@dataclass(frozen=True)
class Preparing:
    """From the worker: the data set is on its way."""

    share: float
    words: str


@dataclass(frozen=True)
class Substituted:
    """From the worker: the data set cannot be had, so the run uses another one."""

    dataset: str
    reason: str


@dataclass(frozen=True)
class Ended:
    """From the worker: the job is over. ``error`` is a sentence, or empty where all went well."""

    job: int
    error: str
    stopped: bool


VOCABULARY = (Order, Stop, Preparing, Substituted, Ended, Started, Step, Preview, Epoch, Finished)
