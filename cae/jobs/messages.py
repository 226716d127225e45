"""What the app and its training worker say to each other, besides the events of the run itself.

The worker is on one job at a time, so what it says is about that job unless it carries a number.
"""

from __future__ import annotations

from dataclasses import dataclass

from cae.training.events import Epoch, Finished, Images, Preview, Started, Step

__all__ = ["VOCABULARY", "Ended", "Order", "Pause", "Paused", "Preparing", "Ready", "Resume", "Stop", "Substituted"]


@dataclass(frozen=True, eq=False)
class Order:
    """To the worker: train this. ``watch`` are the pictures to reconstruct again and again."""

    job: int
    config: dict[str, object]  # TrainConfig.as_dict()
    watch: Images


@dataclass(frozen=True)
class Stop:
    """To the worker: end this job, whether it is on it or has paused it."""

    job: int


@dataclass(frozen=True)
class Pause:
    """To the worker: put this job aside, if it is still on it."""

    job: int


@dataclass(frozen=True)
class Resume:
    """To the worker: go on with this job, which it has put aside."""

    job: int


@dataclass(frozen=True)
class Ready:
    """From the worker: torch and the usual data set are loaded."""


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
class Paused:
    """From the worker: the job is put aside; the last ``Preview`` shows where."""

    job: int


@dataclass(frozen=True)
class Ended:
    """From the worker: the job is over. ``error`` is a sentence, or empty where all went well."""

    job: int
    error: str
    stopped: bool
    retiring: bool = False  # the worker cannot go on after this and ends


VOCABULARY = (
    *(Order, Stop, Pause, Resume),
    *(Ready, Preparing, Substituted, Paused, Ended),
    *(Started, Step, Preview, Epoch, Finished),
)
