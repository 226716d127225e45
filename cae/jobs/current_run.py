"""A job's turn with the worker: since when, what the worker was told meanwhile, and how long it may stay silent."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from cae.jobs.rules import Rules

__all__ = ["CurrentRun"]


@dataclass
class CurrentRun:
    """Times are those of ``time.monotonic``."""

    number: int  # of the job
    began: float = field(default_factory=time.monotonic)  # to prepare; later: to train
    heard: float = field(default_factory=time.monotonic)  # when the worker last said something
    answered: bool = False  # whether it has said anything in this turn
    wished: float | None = None  # when it was told to stop or to pause
    ending: str = "stopped"  # what the ending of the run is called if it is told to stop
    message: str = ""  # and why, in a sentence

    @property
    def seconds(self) -> float:
        """Since it began to prepare, or to train."""
        return time.monotonic() - self.began

    def hear(self) -> None:
        """The worker said something."""
        self.heard, self.answered = time.monotonic(), True

    def worker_is_ready(self) -> None:
        """The worker has loaded what it needs and reads its messages now."""
        self.heard = time.monotonic()
        if self.wished is not None:
            self.wish()

    def train(self) -> None:
        """The preparation is over."""
        self.began = time.monotonic()

    def wish(self) -> None:
        """The worker has just been told to stop or to pause."""
        self.wished = time.monotonic()

    def hangs(self, rules: Rules, is_warm: bool) -> bool:
        """Whether the worker has been silent, or has not done what it was told, for too long."""
        now = time.monotonic()
        if not is_warm:  # it is loading torch, and hears nothing
            return now - self.began > rules.preparation
        disobeys = self.wished is not None and now - self.wished > rules.stop_patience
        return disobeys or now - self.heard > rules.silence
