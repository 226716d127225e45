"""A visitor's run on its way through the training service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cae.runs.run import Run
from cae.training.events import Images

__all__ = ["Job", "State", "Wait"]

State = Literal[
    "waiting",  # in line, for its beginning or to go on
    "preparing",  # its data set is being loaded
    "training",
    "pausing",  # it will, after the step that it is on
    "paused",
    "stopping",  # it will, after the step that it is on
    "ended",
    "cancelled",  # before it began
    "failed",
]


@dataclass(frozen=True)
class Wait:
    """How long until a job's turn, in seconds."""

    about: float | None  # as runs like those before it went; None while there is nothing to judge by
    at_most: float  # if each run before it takes all of its time


@dataclass(frozen=True, eq=False)
class Job:
    """A run as it stands now. ``message`` and ``notice`` are sentences for its visitor."""

    id: int
    owner: str
    run: Run
    watch: Images
    state: State = "waiting"
    begun: bool = False  # it has been given to a worker
    tries: int = 0  # how many workers it has been given to
    trained: float = 0.0  # seconds of its time that it has used
    time_left: float = 0.0  # seconds until the service ends it
    place: int = 0  # in line: 1 is next; 0 where it is not in line
    wait: Wait | None = None  # while it is in line
    share: float = 0.0  # of the preparation
    message: str = ""  # how it goes, or how it ended
    notice: str = ""  # why the run is not quite what was asked for

    @property
    def is_over(self) -> bool:
        return self.state in ("ended", "cancelled", "failed")
