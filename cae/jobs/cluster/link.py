"""The cluster as the app sees it: workers behind one process, the driver, which talks with Ray.

Ray ends the driver's process when the cluster is lost. So the app never is the driver itself.
"""

from __future__ import annotations

import itertools
import logging
import sys
import time
from collections.abc import Collection, Iterator, Sequence

from cae.jobs.cluster.connection import unreachable
from cae.jobs.messages import Dismiss, FromWorker, Gone, Hire, Places, ToWorker, Unreachable
from cae.jobs.process import Inbox, Process

__all__ = ["DRIVER", "Cluster", "RemoteWorker"]

DRIVER = (sys.executable, "-m", "cae.jobs.cluster.driver")
CONNECTED = 60.0  # seconds in which a new driver must have reached the cluster
SILENT = 30.0  # seconds without a message after which the driver counts as hung; it sends one every second
RETRY = 60.0  # seconds from a cluster that could not be reached to the next try
IDLE = 30.0  # seconds for which a worker without a run keeps its place, which others may want
LOST = "The connection to the Ray cluster was lost."

log = logging.getLogger(__name__)


class RemoteWorker:
    """A worker on the cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.number = 0  # 0 while there is none; every start has another
        self.is_ready = False
        self.device = ""
        self.used = time.monotonic()  # when it was last known to have a run

    def start(self) -> bool:
        """Ask the cluster for a place, and start the worker there when there is one."""
        if not self.number:
            self.is_ready = False
            self.number = self._cluster.hire(self)
        return True

    def send(self, message: object) -> None:
        """Send a message. If the worker has ended, the message is lost and ``Gone`` arrives in the inbox."""
        self._cluster.send(ToWorker(self.number, message))

    def replace(self) -> None:
        """Give its place back. The next run starts a new one."""
        self._cluster.dismiss(self)


class Cluster:
    """Not safe across threads: its owner holds a lock. ``program`` is that of the driver."""

    def __init__(self, address: str, inbox: Inbox, program: Sequence[str] = DRIVER) -> None:
        self.address = address
        self._inbox, self._program = inbox, program
        self._driver: Process | None = None
        self._numbers = itertools.count(1)
        self._workers: dict[int, RemoteWorker] = {}  # those that were hired
        self._places: Places | None = None  # None while there is no cluster
        self._heard = 0.0  # time of the driver's last message, or of its start
        self._lost: float | None = None  # time at which the cluster was found to be unreachable
        self._problem = ""

    # ---- state

    @property
    def is_there(self) -> bool:
        """Whether the driver is connected, and the cluster has a place for a run."""
        return self._places is not None and self._places.total > 0

    @property
    def is_expected(self) -> bool:
        """Whether the first driver is on its way, so that it is not known yet whether there is a cluster."""
        return self._lost is None and self._places is None

    @property
    def places(self) -> int:
        """How many runs the cluster can train at the same time; at least 1, for the estimates."""
        return max(1, self._places.total) if self._places else 1

    @property
    def state(self) -> str:
        """Where runs train, in a sentence."""
        if self.is_there and self._places:
            total, free = self._places.total, self._places.free
            places = f"{total} place{'s' * (total != 1)}, {free} free"
            return f"Runs train on the Ray cluster {self.address} ({places})."
        if self._places:
            return f"No node of the Ray cluster {self.address} is large enough for a run. Runs train on this machine."
        if self._lost is None:
            return f"The connection to the Ray cluster {self.address} is being made."
        return f"{self._problem} Runs train on this machine."

    def is_current(self, source: object) -> bool:
        """Whether this is the current driver, not one before it."""
        return source is not None and source is self._driver

    # ---- workers

    def idle(self, busy: Collection[object]) -> RemoteWorker | None:
        """A worker without a run: one that is there, or a new one if the cluster has a free place for it."""
        there = [worker for worker in self._workers.values() if worker not in busy]
        if there:
            return max(there, key=lambda worker: worker.is_ready)
        starting = sum(not worker.is_ready for worker in self._workers.values())
        return RemoteWorker(self) if self._places and self._places.free > starting else None

    def hire(self, worker: RemoteWorker) -> int:
        """Start this worker; returns its number."""
        number = next(self._numbers)
        self._workers[number] = worker
        self.send(Hire(number))
        return number

    def dismiss(self, worker: RemoteWorker) -> None:
        """End this worker."""
        if self._workers.pop(worker.number, None):
            self.send(Dismiss(worker.number))
        worker.number, worker.is_ready = 0, False

    def send(self, message: object) -> None:
        """Send a message to the driver, if there is one."""
        if self._driver:
            self._driver.send(message)

    # ---- the driver

    def start(self) -> None:
        """Start the first driver, if there was none yet."""
        if self._driver is None and self._lost is None:
            self._connect()

    def _connect(self) -> None:
        self._heard = time.monotonic()
        try:
            self._driver = Process((*self._program, self.address), self._inbox)
        except OSError as error:
            self._problem = f"The process that talks with the Ray cluster could not be started: {error}."
            self._note_loss()

    def heard(self, message: object) -> Iterator[tuple[RemoteWorker, object]]:
        """React to a message of the driver; yields what its workers say."""
        self._heard = time.monotonic()
        match message:
            case Places():
                before, self._places, self._problem = self._places, message, ""
                if before is None or before.total != message.total:
                    log.log(logging.INFO if message.total else logging.WARNING, "%s", self.state)
            case Unreachable(reason):
                self._problem = reason
            case FromWorker(number, said) if number in self._workers:
                yield self._workers[number], said
            case Gone():
                yield from self._lose()

    def check_time(self, needed: Collection[object]) -> Iterator[tuple[RemoteWorker, Gone]]:
        """Give back idle places; end a driver that hangs, start one if it is time. Yields the workers lost with it."""
        now = time.monotonic()
        for worker in tuple(self._workers.values()):
            if worker in needed:
                worker.used = now
            elif now - worker.used > IDLE:
                self.dismiss(worker)
        if self._driver and now - self._heard > (SILENT if self._places else CONNECTED):
            yield from self._lose()
        if not self._driver and self._lost is not None and now - self._lost > RETRY:
            self._connect()

    def _lose(self) -> Iterator[tuple[RemoteWorker, Gone]]:
        """There is no driver any more, and so no worker."""
        self.close()
        self._note_loss()
        lost, self._workers = self._workers, {}
        for worker in lost.values():
            worker.number = 0
            yield worker, Gone()

    def _note_loss(self) -> None:
        # Ray ends a driver that waits in vain for an answer, without a word.
        self._problem = self._problem or (LOST if self._places else unreachable(self.address))
        if self._places or self._lost is None:  # otherwise it was known, and tried again
            log.warning("%s Runs train on this machine.", self._problem)
        self._lost, self._places = time.monotonic(), None

    def close(self) -> None:
        """End the driver, and with it all workers."""
        if self._driver:
            self._driver.end()
            self._driver = None
