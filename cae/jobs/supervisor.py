"""The rules of the training service: reactions to the workers' messages, to visitors' requests, to time limits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast

from cae.config import command
from cae.environment import Rules
from cae.jobs.current_run import CurrentRun
from cae.jobs.job import Job
from cae.jobs.messages import Ended, Gone, Order, Pause, Paused, Preparing, Ready, Resume, Stop, Substituted
from cae.jobs.queue import Queue
from cae.jobs.run_store import RunStore
from cae.jobs.visitors import Visitors
from cae.jobs.workers import Worker, Workers
from cae.training.events import Event, Finished, Started, Step

__all__ = ["Supervisor"]

KEPT = "The result so far is kept; please start again."
DIED = f"The training process ended unexpectedly. {KEPT}"
HUNG = f"The training process no longer answered, so it was ended. {KEPT}"
NO_WORKER = "The training process could not be started. Please try again in a minute."
CANCELLED = "Cancelled before it began."
LEFT = "The run ended because its page was closed."
OUT_OF_TIME = "The run has used up its time."
PAUSED_TOO_LONG = "The run ended because it was paused for too long."
SLOW_DATA = "The run ended because loading its data set took too long. Choose the synthetic digits, or try again."


@dataclass(frozen=True)
class _PausedRun:
    """``worker`` keeps it."""

    worker: Worker
    since: float = field(default_factory=time.monotonic)


class Supervisor:
    """Not safe across threads: its owner holds a lock."""

    def __init__(
        self, rules: Rules, store: RunStore, workers: Workers, forget: Callable[[str], None] = lambda owner: None
    ) -> None:
        self.rules = rules
        self.queue = Queue(rules, store)
        self.visitors = Visitors()
        self._workers, self._forget = workers, forget
        self._current: dict[int, CurrentRun] = {}  # by the number of the job
        self._paused: dict[int, _PausedRun] = {}

    # ---- state

    def snapshot(self, job: Job) -> Job:
        """The job for its visitor, with its place in the queue and its remaining time."""
        return self.queue.snapshot(job, self._time_left, self._workers.places)

    def counts(self) -> tuple[int, int, int]:
        """Numbers of runs: with a worker, in the queue, paused."""
        paused = sum(1 for _ in self.queue.in_state("paused"))
        return len(self._current), len(self.queue.line), paused

    # ---- requests of visitors

    def stop(self, number: int, ending: str = "stopped", message: str = "") -> None:
        """End a job now, or after the worker's current step. Its result so far is kept."""
        job = self.queue.jobs.get(number)
        if job is None or job.is_over or job.state == "stopping":
            return
        if current := self._current.get(number):
            current.ending, current.message = ending, message
            self.queue.update(number, state="stopping")
            self._request(current, Stop(number))
        elif job.begun:
            paused = self._paused.pop(number, None)
            self.queue.end(number, "ended", message, ending)
            if paused:
                paused.worker.send(Stop(number))
        else:
            self.queue.end(number, "cancelled", message or CANCELLED)

    def pause(self, number: int) -> None:
        """Pause the job that is training. Raises ``ValueError`` with a sentence if too many are paused."""
        current = self._current.get(number)
        if current is None or self.queue.jobs[number].state != "training":
            return
        if len(self._paused) >= self.rules.paused_limit:
            raise ValueError(f"{len(self._paused)} runs are paused already. Let this one go on, or stop it.")
        self.queue.update(number, state="pausing")
        self._request(current, Pause(number))

    def resume(self, number: int) -> None:
        """Put a paused job back into the queue."""
        job = self.queue.jobs.get(number)
        if job is not None and job.state == "paused":
            self.queue.rejoin(number)

    def _request(self, current: CurrentRun, message: Stop | Pause) -> None:
        current.note_request()
        current.worker.send(message)

    # ---- the workers

    def start_next(self) -> None:
        """Give jobs to the workers that have none."""
        while (start := self.queue.next(self._worker_for)) is not None:
            self._start(*start)

    def _worker_for(self, job: Job) -> Worker | None:
        """A worker without a run, if the visitor is here; for a paused job, the worker that keeps it."""
        if self.visitors.away(job.owner):
            return None
        busy = [current.worker for current in self._current.values()]
        if paused := self._paused.get(job.id):
            return None if paused.worker in busy else paused.worker
        return self._workers.idle(busy)

    def _start(self, job: Job, worker: Worker) -> None:
        if not worker.start():
            self.queue.end(job.id, "failed", NO_WORKER)
            return
        self._current[job.id] = CurrentRun(job.id, worker)
        if self._paused.pop(job.id, None):
            self.queue.update(job.id, state="training")
            worker.send(Resume(job.id))
        else:
            started = job.started or time.time()  # a second worker goes on with what the first one began
            self.queue.update(job.id, state="preparing", begun=True, tries=job.tries + 1, started=started)
            worker.send(Order(job.id, job.run.config.as_dict(), job.watch, job.own))

    def handle(self, worker: Worker, message: object) -> None:
        """React to a message of a worker."""
        current = next((one for one in self._current.values() if one.worker is worker), None)
        match message:
            case Ready(device):
                worker.is_ready, worker.device = True, device
                if current:
                    current.worker_is_ready()
            case Gone():
                self._replace(worker, DIED)
            case _ if current:
                self._hear(current, message)

    def _hear(self, current: CurrentRun, message: object) -> None:
        """React to what the worker of this run says."""
        match message:
            case Ended(job) | Paused(job) if job != current.number:
                pass  # that job is over for its visitor already
            case Ended():
                self._finish(current, message)
            case Paused():
                self._set_paused(current)
            case _:
                current.note_message()
                self._apply(self.queue.jobs[current.number], current, message)

    def _apply(self, job: Job, current: CurrentRun, message: object) -> None:
        """Update the current job from a message about it."""
        match message:
            case Preparing(share, words):
                self.queue.update(job.id, share=share, message=words)
            case Substituted(dataset, reason):
                config = replace(job.run.config, dataset=dataset)
                run = replace(job.run, config=config, command=command(config))
                self.queue.update(job.id, run=run, notice=f"{reason} This run uses {dataset} digits instead.")
            case _:
                event = cast(Event, message)
                run = job.run.after(event)
                self.queue.update(job.id, run=run, message=event.message if isinstance(event, Finished) else "")
                if isinstance(event, Started):
                    current.note_start()
                    self.queue.update(job.id, state="training" if job.state == "preparing" else job.state)
                if isinstance(event, Step):
                    self.queue.estimates.note(run)

    def _finish(self, current: CurrentRun, ended: Ended) -> None:
        del self._current[current.number]
        if ended.error:
            self.queue.end(current.number, "failed", ended.error, "stopped")
        elif ended.stopped:
            self.queue.end(current.number, "ended", current.message, current.ending)
        else:
            self.queue.end(current.number, "ended", self.queue.jobs[current.number].message)
        if ended.retiring:
            self._replace(current.worker, DIED)

    def _set_paused(self, current: CurrentRun) -> None:
        job = self.queue.jobs[current.number]
        self._paused[job.id] = _PausedRun(current.worker)
        self.queue.update(job.id, state="paused", trained=self._trained(job))
        del self._current[job.id]
        if job.state == "stopping":  # the request to stop crossed the worker's message that it has paused
            self.stop(job.id, current.ending, current.message)

    def _replace(self, worker: Worker, why: str) -> None:
        """End this worker and start another. Its jobs are over; their results so far are kept."""
        for current in [one for one in self._current.values() if one.worker is worker]:
            del self._current[current.number]
            job = self.queue.jobs[current.number]
            if job.state == "stopping":
                self.queue.end(job.id, "ended", current.message, current.ending)
            elif why == DIED and job.state == "preparing" and job.tries < 2:
                self.queue.rejoin(job.id, first=True)  # it has learnt nothing yet: try again
            else:
                self.queue.end(job.id, "failed", why, "stopped")
        for number in [number for number, one in self._paused.items() if one.worker is worker]:
            del self._paused[number]
            self.queue.end(number, "failed", why, "stopped")
        worker.replace()

    # ---- time

    def check_time(self) -> None:
        """End jobs whose time is used up, and jobs of visitors who have left."""
        for current in tuple(self._current.values()):
            job = self.queue.jobs[current.number]
            if current.hangs(self.rules):
                self._replace(current.worker, HUNG)
            elif job.state == "preparing" and current.seconds > self.rules.preparation:
                self.stop(job.id, "out of time", SLOW_DATA)
            elif job.state == "training" and not self._time_left(job):
                self.stop(job.id, "out of time", OUT_OF_TIME)
        for number, paused in tuple(self._paused.items()):
            if self.queue.jobs[number].state == "paused" and time.monotonic() - paused.since > self.rules.pause_limit:
                self.stop(number, "stopped", PAUSED_TOO_LONG)
        needed = [one.worker for one in self._current.values()] + [one.worker for one in self._paused.values()]
        for worker, gone in self._workers.check_time(needed):
            self.handle(worker, gone)
        for owner, seconds in self.visitors.all_away():
            self._end_absent(owner, seconds)

    def _end_absent(self, owner: str, seconds: float) -> None:
        for job in self.queue.of(owner):
            if not job.is_over and seconds > (self.rules.grace if job.begun else self.rules.grace_in_line):
                self.stop(job.id, "stopped", LEFT)
        if seconds > self.rules.remember and all(job.is_over for job in self.queue.of(owner)):
            self.queue.forget(owner)
            self._forget(owner)
            self.visitors.forget(owner)

    def _trained(self, job: Job) -> float:
        """Seconds of training that a job has used."""
        current = self._current.get(job.id)
        return job.trained + (current.seconds if current and job.run.steps else 0.0)

    def _time_left(self, job: Job) -> float:
        """Seconds of training that a job has left."""
        return 0.0 if job.is_over else max(0.0, self.rules.time_budget - self._trained(job))
