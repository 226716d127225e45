"""The messages between the app and its training workers, besides the events of the run itself.

A worker runs one job at a time. A message without a job number is about that job. On a cluster, one process, the
driver, stands between the app and many workers: there each message is in an envelope with the worker's number. The
processes of a study have four messages of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from cae.images import Images
from cae.training.events import Epoch, Finished, Preview, Started, Step

__all__ = [
    "VOCABULARY",
    *("Order", "Pause", "Resume", "Stop"),
    *("Ended", "Gone", "Paused", "Preparing", "Ready", "Substituted"),
    *("Dismiss", "FromWorker", "Hire", "Places", "ToWorker", "Unreachable"),
    *("Measure", "Measured", "Refused", "Share"),
]


@dataclass(frozen=True, eq=False)
class Order:
    """To the worker: train this. ``watch``, uint8 arrays, are the pictures that every preview reconstructs."""

    job: int
    config: dict[str, object]  # TrainConfig.as_dict()
    watch: Images
    own: tuple[Images, ...] = ()  # a visitor's own pictures, where the config asks for them: to train, to validate


@dataclass(frozen=True)
class Stop:
    """To the worker: end this job, which is running or paused."""

    job: int


@dataclass(frozen=True)
class Pause:
    """To the worker: pause this job, if it is still running."""

    job: int


@dataclass(frozen=True)
class Resume:
    """To the worker: continue this job, which is paused."""

    job: int


@dataclass(frozen=True)
class Ready:
    """From the worker: torch and the usual data set are loaded. ``device`` says in words on what it will train."""

    device: str


@dataclass(frozen=True)
class Preparing:
    """From the worker: the data set is being loaded."""

    share: float
    words: str


@dataclass(frozen=True)
class Substituted:
    """From the worker: the data set cannot be loaded, so the run uses another one."""

    dataset: str
    reason: str


@dataclass(frozen=True)
class Paused:
    """From the worker: the job is paused, after the step of the last ``Preview``."""

    job: int


@dataclass(frozen=True)
class Ended:
    """From the worker: the job is over. ``error`` is a sentence, or empty without an error."""

    job: int
    error: str
    stopped: bool
    retiring: bool = False  # the worker process ends after this message


@dataclass(frozen=True)
class Gone:
    """The last message of a worker or of a driver: it has ended."""


@dataclass(frozen=True)
class Hire:
    """To the driver: start a worker with this number on the cluster."""

    worker: int


@dataclass(frozen=True)
class Dismiss:
    """To the driver: end this worker."""

    worker: int


@dataclass(frozen=True, eq=False)
class ToWorker:
    """To the driver: pass this message on."""

    worker: int
    message: object


@dataclass(frozen=True, eq=False)
class FromWorker:
    """From the driver: this worker has sent this message."""

    worker: int
    message: object


@dataclass(frozen=True)
class Places:
    """From the driver, every second: how many runs the cluster can train at the same time, and how many more now."""

    total: int
    free: int


@dataclass(frozen=True)
class Unreachable:
    """The last message of a driver without a cluster. ``reason`` is a sentence."""

    reason: str


@dataclass(frozen=True)
class Measure:
    """To a process of a study: train this network and measure it."""

    config: dict[str, object]  # TrainConfig.as_dict()


@dataclass(frozen=True)
class Share:
    """From a process of a study: so much of its run is done, 0 to 1."""

    share: float


@dataclass(frozen=True)
class Measured:
    """From a process of a study: its run is over."""

    unit: dict[str, object]  # Unit.as_dict()


@dataclass(frozen=True)
class Refused:
    """From a process of a study: its run cannot be measured. ``reason`` is a sentence."""

    reason: str


VOCABULARY = (
    *(Order, Stop, Pause, Resume),
    *(Ready, Preparing, Substituted, Paused, Ended, Gone),
    *(Hire, Dismiss, ToWorker, FromWorker, Places, Unreachable),
    *(Measure, Share, Measured, Refused),
    *(Started, Step, Preview, Epoch, Finished),
)
