"""The queue of training jobs: who may add one, which is next, and how each ended. Pure bookkeeping."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from cae.config import TrainConfig, command
from cae.environment import Rules
from cae.images import Images
from cae.jobs import run_log
from cae.jobs.estimates import Estimates
from cae.jobs.job import Job, State, Wait
from cae.jobs.run_store import RunStore
from cae.runs.run import Run

__all__ = ["NO_TRAINING", "Queue"]

NO_TRAINING = "Training is switched off on this server: you can use the networks that are there."
Free = TypeVar("Free")  # a worker without a run, whatever it is: the queue only hands it on
ENDED_KEPT = 2  # jobs of each visitor that are over and still kept: the page shows how they ended


class Queue:
    """Not safe across threads: its owner holds a lock."""

    def __init__(self, rules: Rules, store: RunStore) -> None:
        self.rules = rules
        self.store = store
        self.estimates = Estimates()
        self.jobs: dict[int, Job] = {}  # oldest first
        self.line: list[int] = []
        self._numbers = itertools.count(1)
        self._ordered: dict[str, int] = {}  # number of runs that each visitor has added

    # ---- adding

    def admit(self, owner: str, config: TrainConfig, watch: Images, own: tuple[Images, ...] = ()) -> Job:
        """Add a job at the end. Raises ``ValueError`` with a sentence if it is not admitted."""
        if not self.rules.training:
            raise ValueError(NO_TRAINING)
        config = TrainConfig.from_dict(config.as_dict())  # checks it again
        if any(not self.jobs[number].begun and self.jobs[number].owner == owner for number in self.line):
            raise ValueError("You have a run in line already. Cancel it, or wait until it begins.")
        waiting = sum(not self.jobs[number].begun for number in self.line)
        if waiting >= self.rules.waiting_limit:
            raise ValueError(f"{waiting} runs are waiting already. Please try again in a few minutes.")
        number = next(self._numbers)
        self._ordered[owner] = self._ordered.get(owner, 0) + 1
        run = Run(config, name=f"run-{self._ordered[owner]}", command=command(config))
        self.jobs[number] = Job(number, owner, run, watch, own, queued=time.time())
        self.line.append(number)
        return self.jobs[number]

    def rejoin(self, number: int, *, first: bool = False) -> None:
        """Put a job back into the queue, after its pause or (``first``) after its worker was lost."""
        self.line.insert(0 if first else len(self.line), number)
        self.update(number, state="waiting", begun=not first)

    def next(self, worker_for: Callable[[Job], Free | None]) -> tuple[Job, Free] | None:
        """Take out the first job that has a worker and whose visitor has no other run that has begun."""
        for number in self.line:
            job = self.jobs[number]
            other = any(one.begun and not one.is_over and one.id != number for one in self.of(job.owner))
            if not other and (worker := worker_for(job)) is not None:
                self.line.remove(number)
                return job, worker
        return None

    # ---- changing

    def update(self, number: int, **changes: object) -> Job:
        """Change fields of a job."""
        self.jobs[number] = replace(self.jobs[number], **changes)  # type: ignore[arg-type]
        return self.jobs[number]

    def end(self, number: int, state: State, message: str, ending: str = "") -> None:
        """End a job and store its run, if it has learnt anything. ``ending`` becomes that of its run."""
        if number in self.line:
            self.line.remove(number)
        job = self.jobs[number]
        run = replace(job.run, ending=ending) if ending else job.run
        if run.weights and run.step:
            run = self.store.put(job.owner, run)
        run_log.note(self.update(number, state=state, message=message, run=run, own=(), ended=time.time()))
        over = [one.id for one in self.of(job.owner) if one.is_over]
        for old in over[:-ENDED_KEPT]:
            del self.jobs[old]

    def forget(self, owner: str) -> None:
        """Drop all jobs and runs of a visitor. All of these jobs must be over."""
        self.jobs = {number: job for number, job in self.jobs.items() if job.owner != owner}
        self._ordered.pop(owner, None)
        self.store.forget(owner)

    # ---- reading

    def of(self, owner: str) -> tuple[Job, ...]:
        """A visitor's jobs, oldest first."""
        return tuple(job for job in self.jobs.values() if job.owner == owner)

    def in_state(self, *states: State) -> Iterator[Job]:
        """The jobs in one of these states, oldest first."""
        return (job for job in tuple(self.jobs.values()) if job.state in states)

    def snapshot(self, job: Job, time_left: Callable[[Job], float], places: int) -> Job:
        """The job for its visitor, with its remaining time, its place in the queue, and the expected wait.

        ``places`` is the number of runs that can train at the same time.
        """
        job = replace(job, time_left=time_left(job))
        if job.id not in self.line:
            return job
        place = self.line.index(job.id)
        ahead = [*self.in_state("preparing", "training", "pausing", "stopping")]
        ahead += [self.jobs[number] for number in self.line[:place]]
        each = [(self.estimates.seconds_left(one.run), time_left(one)) for one in ahead]
        known = [min(seconds, left) for seconds, left in each if seconds is not None]
        about = _until_a_place(known, places) if len(known) == len(each) else None
        return replace(job, place=place + 1, wait=Wait(about, _until_a_place([left for _, left in each], places)))


def _until_a_place(seconds: Sequence[float], places: int) -> float:
    """Seconds until one of the ``places`` is free for the next run, if the runs before it take so long, in turn."""
    free = [0.0] * places  # when each is free again
    for one in seconds:
        heapq.heapreplace(free, free[0] + one)
    return free[0]
