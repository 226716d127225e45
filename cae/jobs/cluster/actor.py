"""The training worker on a node of the cluster: a Ray actor, one for each place."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterator
from typing import Any

from cae.data.datasets import Dataset, Split
from cae.data.synthetic import digits
from cae.device import Compute, choose
from cae.jobs.cluster.datasets import unpacked
from cae.jobs.messages import Gone, Order, Ready
from cae.jobs.trainer import Trainer, first_step

__all__ = ["TrainingActor"]

log = logging.getLogger(__name__)


class TrainingActor:
    """Needs two threads: one for ``messages``, one for ``take``. ``threads`` are those of a run on a CPU.

    The runs are trained by a third, in the way of the worker process (``cae.jobs.worker``).
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._messages: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._datasets: dict[int, Any] = {}  # packed, of orders that have not begun
        self._trainer = Trainer(self._messages.put, lambda order, stopped: unpacked(self._datasets.pop(order.job)))
        threading.Thread(target=self._work, daemon=True).start()

    def messages(self) -> Iterator[object]:
        """All that this worker says, until it is gone."""
        while True:
            yield (message := self._messages.get())
            if isinstance(message, Gone):
                return

    def take(self, message: object, parts: Any = None) -> None:
        """Take a message of the app; ``parts`` is the packed data set of an order."""
        if isinstance(message, Order):
            self._datasets[message.job] = parts
        self._trainer.take(message)

    def _compute(self) -> Compute:
        return choose(threads=self._threads)

    def _work(self) -> None:
        try:
            try:
                compute = self._compute()
                first_step(_few(), compute)
                device = str(compute)
            except ValueError as problem:  # every run will report it, too
                device = str(problem)
            self._messages.put(Ready(device))
            self._trainer.work(self._compute)
        except BaseException:  # a library breaks: the app starts another worker
            log.exception("The training worker ended.")
            self._messages.put(Gone())
            raise


def _few() -> Dataset:
    """A few pictures for the first step."""
    some = Split(*digits(8, seed=0))
    return Dataset("synthetic", some, some, some)
