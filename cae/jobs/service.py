"""The training service for the pages: submit, stop, pause and watch runs. Safe from any thread.

Behind it one thread of the app supervises the workers; pages read frozen ``Job`` snapshots.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cae.config import TrainConfig
from cae.environment import Rules
from cae.images import Images
from cae.jobs.cluster.link import DRIVER, Cluster
from cae.jobs.job import Job
from cae.jobs.process import PROGRAM, Inbox, LocalWorker
from cae.jobs.run_store import RunStore
from cae.jobs.supervisor import Supervisor
from cae.jobs.workers import Workers

__all__ = ["TrainingService", "WorkerState"]

CHECK_INTERVAL = 1.0  # seconds between two checks of the time limits while the worker sends nothing


@dataclass(frozen=True)
class WorkerState:
    """The worker on this machine, and where runs train, in a sentence.

    The process id is None without a process. The device is in words, and empty until it is known.
    """

    pid: int | None
    is_ready: bool
    device: str
    where: str


class TrainingService:
    """First come, first served; each visitor has at most one run that has begun and one that waits.

    ``rules`` has the other limits. ``forget`` is called with a visitor who has been away for long.
    With ``warm`` the worker starts at once; otherwise with ``warm_up`` or the first run. With ``cluster``, the address
    of a Ray cluster, runs train there while it can be reached.
    """

    def __init__(
        self,
        rules: Rules | None = None,
        store: RunStore | None = None,
        program: Sequence[str] = PROGRAM,
        forget: Callable[[str], None] = lambda owner: None,
        *,
        warm: bool = True,
        cluster: str = "",
        driver: Sequence[str] = DRIVER,
    ) -> None:
        self.rules = rules or Rules()
        self.store = store or RunStore()
        self._inbox: Inbox = queue.SimpleQueue()
        remote = Cluster(cluster, self._inbox, driver) if cluster else None
        self._workers = Workers(LocalWorker(program, self._inbox), remote)
        self._supervisor = Supervisor(self.rules, self.store, self._workers, forget)
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._supervise, name="training-supervisor", daemon=True)
        self._thread.start()
        if warm:
            self.warm_up()

    def warm_up(self) -> None:
        """Start the worker process or the connection to the cluster, if it is not there and there is training."""
        with self._lock:
            if self.rules.training and not self._closed:
                self._workers.warm_up()

    def submit(self, owner: str, config: TrainConfig, watch: Images, own: tuple[Images, ...] = ()) -> Job:
        """Add a run to the queue; ``own`` are the pictures that a run on the visitor's own needs.

        Raises ``ValueError`` with a sentence if there is no training, or the visitor or the queue has too many.
        """
        with self._lock:
            number = self._supervisor.queue.admit(owner, config, watch, own).id
            self._workers.warm_up()
            self._supervisor.start_next()  # now, if a worker is free
            return self._supervisor.snapshot(self._supervisor.queue.jobs[number])

    def stop(self, number: int) -> None:
        """End a job; its result so far is kept. A job that is over stays as it is."""
        with self._lock:
            self._supervisor.stop(number)
        self._wake()

    def pause(self, number: int) -> None:
        """Pause the job that is training, so that others can. Raises ``ValueError`` if too many are paused."""
        with self._lock:
            self._supervisor.pause(number)

    def resume(self, number: int) -> None:
        """Put a paused job back into the queue."""
        with self._lock:
            self._supervisor.resume(number)
        self._wake()

    def of(self, owner: str) -> tuple[Job, ...]:
        """A visitor's jobs, oldest first: those that are not over, and how the last ones ended."""
        with self._lock:
            return tuple(map(self._supervisor.snapshot, self._supervisor.queue.of(owner)))

    def counts(self) -> tuple[int, int, int]:
        """Numbers of runs: with a worker, in the queue, paused."""
        with self._lock:
            return self._supervisor.counts()

    def worker(self) -> WorkerState:
        """The worker on this machine at this moment, and where runs train."""
        with self._lock:
            local = self._workers.local
            return WorkerState(local.pid, local.is_ready, local.device, self._workers.where)

    def arrive(self, owner: str) -> None:
        """Count one more connection of a visitor."""
        with self._lock:
            self._supervisor.visitors.arrive(owner)

    def leave(self, owner: str) -> None:
        """Count one connection less. After the last one, the visitor's runs end unless they come back in time."""
        with self._lock:
            self._supervisor.visitors.leave(owner)

    def close(self) -> None:
        """End all workers and the supervising thread."""
        self._closed = True
        self._wake()
        self._thread.join()

    def _supervise(self) -> None:
        while not self._closed:
            with self._lock:
                self._supervisor.check_time()
                self._supervisor.start_next()
            try:
                source, message = self._inbox.get(timeout=CHECK_INTERVAL)
            except queue.Empty:
                continue
            with self._lock:
                for worker, said in self._workers.heard(source, message):
                    self._supervisor.handle(worker, said)
        self._workers.close()

    def _wake(self) -> None:
        self._inbox.put((None, None))
