"""What follows from what: the worker said something, a visitor wishes something, or time has passed."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import cast

from cae.config import command
from cae.jobs.current_run import CurrentRun
from cae.jobs.job import Job
from cae.jobs.messages import Ended, Order, Pause, Paused, Preparing, Ready, Resume, Stop, Substituted
from cae.jobs.process import Gone, Worker
from cae.jobs.queue import Queue
from cae.jobs.rules import Rules
from cae.jobs.run_store import RunStore
from cae.jobs.visitors import Visitors
from cae.training.events import Event, Finished, Started, Step

__all__ = ["Supervisor"]

KEPT = "What the run had learnt is kept; please start again."
DIED = f"The training process ended unexpectedly. {KEPT}"
HUNG = f"The training process no longer answered, so it was ended. {KEPT}"
NO_WORKER = "The training process could not be started. Please try again in a minute."
CANCELLED = "Cancelled before it began."
LEFT = "The run ended because its page was closed."
OUT_OF_TIME = "The run has used up its time."
PAUSED_TOO_LONG = "The run ended because it was paused for too long."
SLOW_DATA = "The run ended because its data set took too long to come. Choose the synthetic digits, or try again."


class Supervisor:
    """Not safe across threads: its owner holds a lock."""

    def __init__(self, rules: Rules, shelf: RunStore, worker: Worker) -> None:
        self.rules = rules
        self.board = Queue(rules, shelf)
        self.visitors = Visitors()
        self._worker = worker
        self._turn: CurrentRun | None = None
        self._aside: dict[int, float] = {}  # jobs that the worker has put aside, and since when

    # ---- looking

    def seen(self, job: Job) -> Job:
        """A job as its visitor sees it."""
        return self.board.seen(job, self._time_left)

    def counts(self) -> tuple[int, int, int]:
        """How many runs are with the worker, in line, and paused."""
        paused = sum(1 for _ in self.board.in_state("paused"))
        return int(self._turn is not None), len(self.board.line), paused

    # ---- wishes

    def stop(self, number: int, ending: str = "stopped", message: str = "") -> None:
        """End a job at once, or as soon as the worker can; what it has learnt is kept."""
        job = self.board.jobs.get(number)
        if job is None or job.is_over or job.state == "stopping":
            return
        if self._turn is not None and self._turn.number == number:
            self._turn.ending, self._turn.message = ending, message
            self.board.update(number, state="stopping")
            self._wish(self._turn, Stop(number))
        elif job.begun:
            self._aside.pop(number, None)
            self.board.end(number, "ended", message, ending)
            self._worker.tell(Stop(number))
        else:
            self.board.end(number, "cancelled", message or CANCELLED)

    def pause(self, number: int) -> None:
        """Put a job that trains aside. Raises ``ValueError`` with a sentence where too many are."""
        turn = self._turn
        if turn is None or turn.number != number or self.board.jobs[number].state != "training":
            return
        if len(self._aside) >= self.rules.paused_limit:
            raise ValueError(f"{len(self._aside)} runs are paused already. Let this one go on, or stop it.")
        self.board.update(number, state="pausing")
        self._wish(turn, Pause(number))

    def resume(self, number: int) -> None:
        """Put a paused job in line, to go on."""
        job = self.board.jobs.get(number)
        if job is not None and job.state == "paused":
            self.board.rejoin(number)

    def _wish(self, turn: CurrentRun, message: Stop | Pause) -> None:
        turn.wish()
        self._worker.tell(message)

    # ---- the worker

    def give(self) -> None:
        """Give the worker the next job, if it is free."""
        if self._turn is not None:
            return
        number = self.board.next(lambda owner: not self.visitors.away(owner))
        if number is None:
            return
        if not self._worker.start():
            self.board.end(number, "failed", NO_WORKER)
            return
        self._turn = CurrentRun(number)
        if self._aside.pop(number, None) is not None:
            self.board.update(number, state="training")
            self._worker.tell(Resume(number))
        else:
            job = self.board.jobs[number]
            self.board.update(number, state="preparing", begun=True, tries=job.tries + 1)
            self._worker.tell(Order(number, job.run.config.as_dict(), job.watch))

    def hear(self, message: object) -> None:
        """The worker said something."""
        match message:
            case Ready():
                self._worker.is_ready = True
                if self._turn is not None:
                    self._turn.worker_is_ready()
            case Gone():
                self._lose_worker(DIED)
            case Ended() | Paused() if self._turn is None or self._turn.number != message.job:
                pass  # of a job that is over for its visitor
            case Ended():
                self._end_turn(message)
            case Paused(number):
                self._put_aside(number)
            case _ if self._turn is not None:
                self._turn.hear()
                self._note(self.board.jobs[self._turn.number], self._turn, message)

    def _note(self, job: Job, turn: CurrentRun, message: object) -> None:
        """The worker said something of the job that it is on."""
        match message:
            case Preparing(share, words):
                self.board.update(job.id, share=share, message=words)
            case Substituted(dataset, reason):
                config = replace(job.run.config, dataset=dataset)
                run = replace(job.run, config=config, command=command(config))
                self.board.update(job.id, run=run, notice=f"{reason} This run uses {dataset} digits instead.")
            case _:
                event = cast(Event, message)
                run = job.run.after(event)
                self.board.update(job.id, run=run, message=event.message if isinstance(event, Finished) else "")
                if isinstance(event, Started):
                    turn.train()
                    self.board.update(job.id, state="training" if job.state == "preparing" else job.state)
                if isinstance(event, Step):
                    self.board.experience.note(run)

    def _end_turn(self, ended: Ended) -> None:
        turn, self._turn = cast(CurrentRun, self._turn), None
        if ended.error:
            self.board.end(turn.number, "failed", ended.error, "stopped")
        elif ended.stopped:
            self.board.end(turn.number, "ended", turn.message, turn.ending)
        else:
            self.board.end(turn.number, "ended", self.board.jobs[turn.number].message)
        if ended.retiring:
            self._lose_worker(DIED)

    def _put_aside(self, number: int) -> None:
        job = self.board.jobs[number]
        self._aside[number] = time.monotonic()
        self.board.update(number, state="paused", trained=self._trained(job))
        turn, self._turn = cast(CurrentRun, self._turn), None
        if job.state == "stopping":  # the wish to stop came a moment too late to be the worker's answer
            self.stop(number, turn.ending, turn.message)

    def _lose_worker(self, why: str) -> None:
        """The worker is gone, or must go: its jobs are over, what they had learnt is kept, and another one starts."""
        turn, self._turn = self._turn, None
        if turn is not None:
            job = self.board.jobs[turn.number]
            if job.state == "stopping":
                self.board.end(job.id, "ended", turn.message, turn.ending)
            elif why == DIED and job.state == "preparing" and not turn.answered and job.tries < 2:
                self.board.rejoin(job.id, first=True)  # it was dying when it was given the job: once more
            else:
                self.board.end(job.id, "failed", why, "stopped")
        for number in self._aside:
            self.board.end(number, "failed", why, "stopped")
        self._aside.clear()
        self._worker.lose()

    # ---- time

    def keep_time(self) -> None:
        """End what has used up its time, and what belongs to visitors who have left."""
        if self._turn is not None:
            job = self.board.jobs[self._turn.number]
            if self._turn.hangs(self.rules, self._worker.is_ready):
                self._lose_worker(HUNG)
            elif job.state == "preparing" and self._turn.seconds > self.rules.preparation:
                self.stop(job.id, "out of time", SLOW_DATA)
            elif job.state == "training" and not self._time_left(job):
                self.stop(job.id, "out of time", OUT_OF_TIME)
        for number, since in tuple(self._aside.items()):
            if self.board.jobs[number].state == "paused" and time.monotonic() - since > self.rules.pause_limit:
                self.stop(number, "stopped", PAUSED_TOO_LONG)
        for owner, seconds in self.visitors.all_away():
            self._miss(owner, seconds)

    def _miss(self, owner: str, seconds: float) -> None:
        for job in self.board.of(owner):
            if not job.is_over and seconds > (self.rules.grace if job.begun else self.rules.grace_in_line):
                self.stop(job.id, "stopped", LEFT)
        if seconds > self.rules.remember and all(job.is_over for job in self.board.of(owner)):
            self.board.forget(owner)
            self.visitors.forget(owner)

    def _trained(self, job: Job) -> float:
        """Seconds of its time that a job has used."""
        trains = self._turn is not None and self._turn.number == job.id and job.run.steps
        return job.trained + (self._turn.seconds if self._turn and trains else 0.0)

    def _time_left(self, job: Job) -> float:
        """Seconds until a job has used its time."""
        return 0.0 if job.is_over else max(0.0, self.rules.time_budget - self._trained(job))
