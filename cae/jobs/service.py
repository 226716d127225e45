"""The training service as pages see it: order, wish, look; safe from any thread.

Behind it one thread of the app supervises the worker process; pages read frozen ``Job`` snapshots.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence

from cae.config import TrainConfig
from cae.jobs.job import Job
from cae.jobs.process import PROGRAM, Inbox, Worker
from cae.jobs.rules import Rules
from cae.jobs.run_store import RunStore
from cae.jobs.supervisor import Supervisor
from cae.training.events import Images

__all__ = ["TrainingService"]

LOOK_UP = 1.0  # seconds between two looks at the clock, where the worker says nothing


class TrainingService:
    """First come, first served; one begun and one waiting run a visitor; bounds as in ``rules``.

    The worker's process starts ``warm``, with the service; or else with ``warm_up`` or the first run.
    """

    def __init__(
        self,
        rules: Rules | None = None,
        shelf: RunStore | None = None,
        program: Sequence[str] = PROGRAM,
        *,
        warm: bool = True,
    ) -> None:
        self.rules = rules or Rules()
        self.shelf = shelf or RunStore()
        self._inbox: Inbox = queue.SimpleQueue()
        self._worker = Worker(program, self._inbox)
        self._supervisor = Supervisor(self.rules, self.shelf, self._worker)
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._supervise, name="training-supervisor", daemon=True)
        self._thread.start()
        if warm:
            self.warm_up()

    def warm_up(self) -> None:
        """Have a worker process."""
        with self._lock:
            if not self._closed:
                self._worker.start()

    def submit(self, owner: str, config: TrainConfig, watch: Images) -> Job:
        """Put a run in line. Raises ``ValueError`` with a sentence where that cannot be."""
        with self._lock:
            number = self._supervisor.board.admit(owner, config, watch).id
            self._supervisor.give()  # at once, if the worker is free
            return self._supervisor.seen(self._supervisor.board.jobs[number])

    def stop(self, number: int) -> None:
        """End a job; what it has learnt is kept. A job that is over stays as it is."""
        with self._lock:
            self._supervisor.stop(number)
        self._wake()

    def pause(self, number: int) -> None:
        """Put a job that trains aside; others may train meanwhile. Raises ``ValueError`` where too many are."""
        with self._lock:
            self._supervisor.pause(number)

    def resume(self, number: int) -> None:
        """Put a paused job in line, to go on."""
        with self._lock:
            self._supervisor.resume(number)
        self._wake()

    def of(self, owner: str) -> tuple[Job, ...]:
        """A visitor's jobs, oldest first: those that are not over, and how the last ones ended."""
        with self._lock:
            return tuple(map(self._supervisor.seen, self._supervisor.board.of(owner)))

    def counts(self) -> tuple[int, int, int]:
        """How many runs are with the worker, in line, and paused."""
        with self._lock:
            return self._supervisor.counts()

    def arrive(self, owner: str) -> None:
        """A visitor has a connection (one more)."""
        with self._lock:
            self._supervisor.visitors.arrive(owner)

    def leave(self, owner: str) -> None:
        """A visitor's connection has ended; with the last one, their time to come back begins."""
        with self._lock:
            self._supervisor.visitors.leave(owner)

    def close(self) -> None:
        """End the worker and the supervision."""
        self._closed = True
        self._wake()
        self._thread.join()

    def _supervise(self) -> None:
        while not self._closed:
            with self._lock:
                self._supervisor.keep_time()
                self._supervisor.give()
            try:
                source, message = self._inbox.get(timeout=LOOK_UP)
            except queue.Empty:
                continue
            with self._lock:
                if self._worker.is_now(source):
                    self._supervisor.hear(message)
        self._worker.close()

    def _wake(self) -> None:
        self._inbox.put((None, None))
