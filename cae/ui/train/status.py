"""A visitor's jobs in the training service."""

from __future__ import annotations

from dataclasses import dataclass

from cae.config import TrainConfig
from cae.jobs import Job
from cae.runs.run import Run
from cae.ui.visitor import session
from cae.ui.visitor.services import training

__all__ = ["Status", "status"]

FRESH = 8.0  # seconds of training; the loss changes most at the start, so the page updates more often


@dataclass(frozen=True, eq=False)
class Status:
    """The job that the page shows, and the visitor's other one, which waits in line."""

    job: Job | None
    behind: Job | None

    @property
    def run(self) -> Run:
        return self.job.run if self.job else Run(TrainConfig())

    @property
    def busy(self) -> bool:
        """Whether the job is not over yet."""
        return self.job is not None and not self.job.is_over

    @property
    def pause(self) -> float | None:
        """Seconds between two updates of the page; None if nothing changes.

        It is short until the first step, then grows: each update takes time from training on the same machine.
        """
        if self.job is None or self.job.is_over:
            return None
        waits = self.job.state == "waiting" and self.job.wait is not None and self.job.wait.at_most
        begins = self.job.state in ("waiting", "preparing", "training") and not self.run.step and not waits
        if begins:
            return 0.15
        return 0.5 if self.run.seconds < FRESH else 1.0

    @property
    def signature(self) -> object:
        """Changes whenever the page needs other buttons, or another pause between updates."""
        return self.pause, [(job.id, job.state, job.begun) for job in (self.job, self.behind) if job]


def status() -> Status:
    """The visitor's current status."""
    jobs = training().of(session.visitor())
    going_on = sorted((job for job in jobs if not job.is_over), key=lambda job: not job.begun)
    if going_on:
        return Status(going_on[0], going_on[1] if len(going_on) > 1 else None)
    # A job that was cancelled before it began is sorted first, so that it does not hide an earlier run.
    over = sorted(jobs, key=lambda job: job.state != "cancelled")
    return Status(over[-1] if over else None, None)
