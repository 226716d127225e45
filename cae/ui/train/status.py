"""Where a visitor stands in the training service."""

from __future__ import annotations

from dataclasses import dataclass

from cae.config import TrainConfig
from cae.jobs import Job
from cae.runs.run import Run
from cae.ui.visitor import session
from cae.ui.visitor.services import training

__all__ = ["Status", "status"]

FRESH = 8.0  # seconds of training, in which most of what there is to see happens


@dataclass(frozen=True, eq=False)
class Status:
    """Where the visitor stands: the run to watch, and another one of theirs that waits behind it."""

    job: Job | None
    behind: Job | None

    @property
    def run(self) -> Run:
        return self.job.run if self.job else Run(TrainConfig())

    @property
    def busy(self) -> bool:
        """Whether anything of this goes on."""
        return self.job is not None and not self.job.is_over

    @property
    def pause(self) -> float | None:
        """Seconds from one look at it to the next; None where nothing changes, few until a run that begins is seen.

        A run that lasts is looked at less often: on a machine that also shows the page, a look costs it speed.
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
        """Differs where the page needs other buttons, or another pause."""
        return self.pause, [(job.id, job.state, job.begun) for job in (self.job, self.behind) if job]


def status() -> Status:
    """As it is now in the training service."""
    jobs = training().of(session.visitor())
    going_on = sorted((job for job in jobs if not job.is_over), key=lambda job: not job.begun)
    if going_on:
        return Status(going_on[0], going_on[1] if len(going_on) > 1 else None)
    over = sorted(jobs, key=lambda job: job.state != "cancelled")  # one that never began hides none that did
    return Status(over[-1] if over else None, None)
