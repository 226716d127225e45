"""The rules of the training service: reactions to the worker's messages, to visitors' requests, to time limits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import cast

from cae.config import command
from cae.environment import Rules
from cae.jobs.current_run import CurrentRun
from cae.jobs.job import Job
from cae.jobs.messages import Ended, Order, Pause, Paused, Preparing, Ready, Resume, Stop, Substituted
from cae.jobs.process import Gone, Worker
from cae.jobs.queue import Queue
from cae.jobs.run_store import RunStore
from cae.jobs.visitors import Visitors
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


class Supervisor:
    """Not safe across threads: its owner holds a lock."""

    def __init__(
        self, rules: Rules, store: RunStore, worker: Worker, forget: Callable[[str], None] = lambda owner: None
    ) -> None:
        self.rules = rules
        self.queue = Queue(rules, store)
        self.visitors = Visitors()
        self._worker, self._forget = worker, forget
        self._current: CurrentRun | None = None
        self._paused: dict[int, float] = {}  # paused jobs: number → time of the pause

    # ---- state

    def snapshot(self, job: Job) -> Job:
        """The job for its visitor, with its place in the queue and its remaining time."""
        return self.queue.snapshot(job, self._time_left)

    def counts(self) -> tuple[int, int, int]:
        """Numbers of runs: with the worker, in the queue, paused."""
        paused = sum(1 for _ in self.queue.in_state("paused"))
        return int(self._current is not None), len(self.queue.line), paused

    # ---- requests of visitors

    def stop(self, number: int, ending: str = "stopped", message: str = "") -> None:
        """End a job now, or after the worker's current step. Its result so far is kept."""
        job = self.queue.jobs.get(number)
        if job is None or job.is_over or job.state == "stopping":
            return
        if self._current is not None and self._current.number == number:
            self._current.ending, self._current.message = ending, message
            self.queue.update(number, state="stopping")
            self._request(self._current, Stop(number))
        elif job.begun:
            self._paused.pop(number, None)
            self.queue.end(number, "ended", message, ending)
            self._worker.send(Stop(number))
        else:
            self.queue.end(number, "cancelled", message or CANCELLED)

    def pause(self, number: int) -> None:
        """Pause the job that is training. Raises ``ValueError`` with a sentence if too many are paused."""
        current = self._current
        if current is None or current.number != number or self.queue.jobs[number].state != "training":
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
        self._worker.send(message)

    # ---- the worker

    def start_next(self) -> None:
        """Give the next job to the worker, if it has none."""
        if self._current is not None:
            return
        number = self.queue.next(lambda owner: not self.visitors.away(owner))
        if number is None:
            return
        if not self._worker.start():
            self.queue.end(number, "failed", NO_WORKER)
            return
        self._current = CurrentRun(number)
        if self._paused.pop(number, None) is not None:
            self.queue.update(number, state="training")
            self._worker.send(Resume(number))
        else:
            job = self.queue.jobs[number]
            started = job.started or time.time()  # a second worker goes on with what the first one began
            self.queue.update(number, state="preparing", begun=True, tries=job.tries + 1, started=started)
            self._worker.send(Order(number, job.run.config.as_dict(), job.watch, job.own))

    def handle(self, message: object) -> None:
        """React to a message of the worker."""
        match message:
            case Ready(device):
                self._worker.is_ready, self._worker.device = True, device
                if self._current is not None:
                    self._current.worker_is_ready()
            case Gone():
                self._replace_worker(DIED)
            case Ended() | Paused() if self._current is None or self._current.number != message.job:
                pass  # the job is over for its visitor already
            case Ended():
                self._finish(message)
            case Paused(number):
                self._set_paused(number)
            case _ if self._current is not None:
                self._current.note_message()
                self._apply(self.queue.jobs[self._current.number], self._current, message)

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

    def _finish(self, ended: Ended) -> None:
        current, self._current = cast(CurrentRun, self._current), None
        if ended.error:
            self.queue.end(current.number, "failed", ended.error, "stopped")
        elif ended.stopped:
            self.queue.end(current.number, "ended", current.message, current.ending)
        else:
            self.queue.end(current.number, "ended", self.queue.jobs[current.number].message)
        if ended.retiring:
            self._replace_worker(DIED)

    def _set_paused(self, number: int) -> None:
        job = self.queue.jobs[number]
        self._paused[number] = time.monotonic()
        self.queue.update(number, state="paused", trained=self._trained(job))
        current, self._current = cast(CurrentRun, self._current), None
        if job.state == "stopping":  # the request to stop crossed the worker's message that it has paused
            self.stop(number, current.ending, current.message)

    def _replace_worker(self, why: str) -> None:
        """End the worker's process and start another. Its jobs are over; their results so far are kept."""
        current, self._current = self._current, None
        if current is not None:
            job = self.queue.jobs[current.number]
            if job.state == "stopping":
                self.queue.end(job.id, "ended", current.message, current.ending)
            elif why == DIED and job.state == "preparing" and not current.answered and job.tries < 2:
                self.queue.rejoin(job.id, first=True)  # the process was ending when it got the job: try again
            else:
                self.queue.end(job.id, "failed", why, "stopped")
        for number in self._paused:
            self.queue.end(number, "failed", why, "stopped")
        self._paused.clear()
        self._worker.replace()

    # ---- time

    def check_time(self) -> None:
        """End jobs whose time is used up, and jobs of visitors who have left."""
        if self._current is not None:
            job = self.queue.jobs[self._current.number]
            if self._current.hangs(self.rules, self._worker.is_ready):
                self._replace_worker(HUNG)
            elif job.state == "preparing" and self._current.seconds > self.rules.preparation:
                self.stop(job.id, "out of time", SLOW_DATA)
            elif job.state == "training" and not self._time_left(job):
                self.stop(job.id, "out of time", OUT_OF_TIME)
        for number, since in tuple(self._paused.items()):
            if self.queue.jobs[number].state == "paused" and time.monotonic() - since > self.rules.pause_limit:
                self.stop(number, "stopped", PAUSED_TOO_LONG)
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
        trains = self._current is not None and self._current.number == job.id and job.run.steps
        return job.trained + (self._current.seconds if self._current and trains else 0.0)

    def _time_left(self, job: Job) -> float:
        """Seconds of training that a job has left."""
        return 0.0 if job.is_over else max(0.0, self.rules.time_budget - self._trained(job))
