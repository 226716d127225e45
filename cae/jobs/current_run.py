"""A job that a worker is running: its times, and whether the worker still responds."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from cae.environment import Rules
from cae.jobs.workers import Worker

__all__ = ["CurrentRun"]


@dataclass
class CurrentRun:
    """Times are those of ``time.monotonic``."""

    number: int  # the job's
    worker: Worker
    began: float = field(default_factory=time.monotonic)  # start of the preparation; later, of the training
    last_message: float = field(default_factory=time.monotonic)  # time of the worker's latest message
    requested: float | None = None  # time at which the worker was asked to stop or to pause
    ending: str = "stopped"  # the ending of the run, if it is asked to stop
    message: str = ""  # the reason, as a sentence

    @property
    def seconds(self) -> float:
        """Seconds since the preparation began, or since the training did."""
        return time.monotonic() - self.began

    def note_message(self) -> None:
        """The worker has sent a message about this job."""
        self.last_message = time.monotonic()

    def worker_is_ready(self) -> None:
        """The worker has loaded its libraries and reads messages from now on."""
        self.last_message = time.monotonic()
        if self.requested is not None:
            self.note_request()

    def note_start(self) -> None:
        """The training has begun."""
        self.began = time.monotonic()

    def note_request(self) -> None:
        """The worker was asked to stop or to pause just now."""
        self.requested = time.monotonic()

    def hangs(self, rules: Rules) -> bool:
        """Whether the worker has sent nothing, or has not done what it was asked to, for too long."""
        now = time.monotonic()
        if not self.worker.is_ready:  # it is loading torch and does not read messages yet
            return now - self.began > rules.preparation
        overdue = self.requested is not None and now - self.requested > rules.stop_patience
        return overdue or now - self.last_message > rules.silence
