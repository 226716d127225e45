"""A visitor's run on its way through the training service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cae.images import Images
from cae.runs.run import Run

__all__ = ["Job", "State", "Wait"]

State = Literal[
    "waiting",  # in the queue, before its start or after a pause
    "preparing",  # its data set is being loaded
    "training",
    "pausing",  # will pause after the current step
    "paused",
    "stopping",  # will stop after the current step
    "ended",
    "cancelled",  # before it started
    "failed",
]


@dataclass(frozen=True)
class Wait:
    """Seconds until a job starts."""

    about: float | None  # estimated from earlier runs; None without any
    at_most: float  # if every run before it uses all of its time


@dataclass(frozen=True, eq=False)
class Job:
    """A run and its state. ``message`` and ``notice`` are sentences for its visitor."""

    id: int
    owner: str
    run: Run
    watch: Images
    own: tuple[Images, ...] = ()  # the visitor's own pictures to train and to validate on, until it is over
    state: State = "waiting"
    begun: bool = False  # it has been given to a worker
    tries: int = 0  # how many workers it has been given to
    queued: float = 0.0  # times of ``time.time``; 0 while it has not happened
    started: float = 0.0
    ended: float = 0.0
    trained: float = 0.0  # seconds of training so far
    time_left: float = 0.0  # seconds until the service ends it
    place: int = 0  # in the queue: 1 is next; 0 outside the queue
    wait: Wait | None = None  # while it is in the queue
    share: float = 0.0  # of the preparation that is done, 0 to 1
    message: str = ""  # its progress, or how it ended
    notice: str = ""  # why the run differs from what was asked for

    @property
    def is_over(self) -> bool:
        return self.state in ("ended", "cancelled", "failed")
