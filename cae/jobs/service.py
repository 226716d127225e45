"""The training service: who trains now, who waits, and the worker process that it keeps alive.

One thread of the app supervises the worker; every page reads frozen ``Job`` snapshots.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal, cast

from cae.config import TrainConfig, command
from cae.events import Event, Finished, Images
from cae.jobs import wire
from cae.jobs.messages import Ended, Order, Preparing, Stop, Substituted
from cae.run import Run

__all__ = ["Job", "State", "TrainingService"]

State = Literal["waiting", "preparing", "training", "stopping", "ended", "failed"]

WORKER_ENVIRONMENT = {
    # glibc keeps the memory of one step for the next instead of giving it back and faulting it in again.
    "MALLOC_MMAP_THRESHOLD_": "1000000000",
    "MALLOC_TRIM_THRESHOLD_": "10000000000",
    "MALLOC_TOP_PAD_": "100000000",
    # A thread that waits for its sibling spins for a tenth of the usual time, then sleeps. Spinning longer takes
    # the processor from the pages; sleeping at once makes an undisturbed run take 40 % longer.
    "GOMP_SPINCOUNT": "30000",
}
ENDED_JOBS_KEPT = 64


@dataclass(frozen=True, eq=False)
class Job:
    """A visitor's run on its way through the service, as it stands now."""

    id: int
    owner: str
    run: Run
    watch: Images
    state: State = "waiting"
    place: int = 0  # in line: 1 is next; 0 once it has left the line
    share: float = 0.0  # of the preparation
    message: str = ""  # a sentence for the visitor, where there is something to say
    notice: str = ""  # why the run is not quite what was asked for

    @property
    def is_over(self) -> bool:
        return self.state in ("ended", "failed")


class TrainingService:
    """First come, first served; one job a visitor; at most ``waiting_limit`` in line."""

    def __init__(self, waiting_limit: int = 8) -> None:
        self.waiting_limit = waiting_limit
        self._jobs: dict[int, Job] = {}  # oldest first
        self._line: list[int] = []
        self._numbers = itertools.count(1)
        self._change = threading.Condition()
        self._closed = False
        self._worker = self._start_worker()
        threading.Thread(target=self._supervise, name="training-supervisor", daemon=True).start()

    # ---- for the pages

    def submit(self, owner: str, config: TrainConfig, watch: Images, name: str = "your run") -> Job:
        """Put a run in line. Raises ``ValueError`` with a sentence where that cannot be."""
        with self._change:
            if any(not job.is_over for job in self.of(owner)):
                raise ValueError("You have a run already. Stop it, or wait until it ends.")
            if len(self._line) >= self.waiting_limit:
                raise ValueError(f"{len(self._line)} runs are waiting already. Please try again in a few minutes.")
            number = next(self._numbers)
            run = Run(config, name=name, command=command(config))
            self._jobs[number] = Job(number, owner, run, watch)
            self._line.append(number)
            self._number_the_line()
            self._change.notify_all()
            return self._jobs[number]

    def stop(self, number: int) -> None:
        """End a job; what it has learnt so far is kept. A job that is over stays as it is."""
        with self._change:
            job = self._jobs.get(number)
            if job is None or job.is_over:
                return
            if number in self._line:
                self._line.remove(number)
                self._number_the_line()
                self._update(number, state="ended", place=0, message="Cancelled before it began.")
                return
            self._update(number, state="stopping")
            with suppress(OSError, ValueError):
                wire.send(self._input, Stop(number))

    def of(self, owner: str) -> tuple[Job, ...]:
        """A visitor's jobs, oldest first."""
        with self._change:
            return tuple(job for job in self._jobs.values() if job.owner == owner)

    def close(self) -> None:
        """End the worker and the supervision."""
        with self._change:
            self._closed = True
            self._worker.kill()
            self._change.notify_all()
        self._worker.wait()

    # ---- the supervisor's thread

    def _supervise(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._line or self._closed)
                if self._closed:
                    return
                if self._worker.poll() is not None:  # it died while nobody needed it
                    self._worker = self._start_worker()
                number = self._line.pop(0)
                self._number_the_line()
                self._update(number, state="preparing", place=0)
                job = self._jobs[number]
            try:
                wire.send(self._input, Order(number, job.run.config.as_dict(), job.watch))
                while not self._jobs[number].is_over:
                    self._hear(number, wire.receive(self._output))
            except (OSError, EOFError, ValueError):
                self._lost(number)

    def _hear(self, number: int, message: object) -> None:
        with self._change:
            job = self._jobs[number]
            match message:
                case Preparing(share, words):
                    self._update(number, share=share, message=words)
                case Substituted(dataset, reason):
                    config = replace(job.run.config, dataset=dataset)
                    run = replace(job.run, config=config, command=command(config))
                    self._update(number, run=run, notice=f"{reason} This run uses {dataset} digits instead.")
                case Ended(job=ended) if ended != number:
                    pass
                case Ended(error=error, stopped=stopped):
                    run = replace(job.run, ending="stopped") if stopped else job.run
                    state: State = "failed" if error else "ended"
                    self._update(number, state=state, run=run, message=error or job.message)
                    self._forget()
                case event:
                    self._update(number, **_told(job, event))  # type: ignore[arg-type]

    def _lost(self, number: int) -> None:
        """The worker died: say so, keep what the run had learnt, and start another worker."""
        with self._change:
            if self._closed:
                return
            job = self._jobs[number]
            if not job.is_over:
                sentence = (
                    "The training process ended unexpectedly; what the run had learnt is kept. Please start again."
                )
                self._update(number, state="failed", message=sentence, run=replace(job.run, ending="stopped"))
            self._worker.kill()
            self._worker.wait()
            self._worker = self._start_worker()

    # ---- under the lock

    def _update(self, number: int, **changes: object) -> None:
        self._jobs[number] = replace(self._jobs[number], **changes)  # type: ignore[arg-type]

    def _number_the_line(self) -> None:
        for place, number in enumerate(self._line, start=1):
            self._update(number, place=place)

    def _forget(self) -> None:
        over = [number for number, job in self._jobs.items() if job.is_over]
        for number in over[:-ENDED_JOBS_KEPT]:
            del self._jobs[number]

    def _start_worker(self) -> subprocess.Popen[bytes]:
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, **WORKER_ENVIRONMENT, "PYTHONPATH": os.pathsep.join(paths)}
        worker = subprocess.Popen(
            [sys.executable, "-m", "cae.jobs.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        self._input, self._output = cast(BinaryIO, worker.stdin), cast(BinaryIO, worker.stdout)
        return worker


def _told(job: Job, event: Event) -> dict[str, object]:
    state = job.state if job.state == "stopping" else "training"
    message = event.message if isinstance(event, Finished) else ""
    return {"run": job.run.after(event), "state": state, "message": message}
