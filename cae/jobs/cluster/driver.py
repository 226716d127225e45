"""The driver: the process of the app that talks with the Ray cluster. ``python -m cae.jobs.cluster.driver ADDRESS``.

It reads messages of the app from standard input, passes them on to actors, and writes theirs to standard output. It
ends when its input is closed, and the actors with it.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from cae.environment import Environment, environment
from cae.jobs import wire
from cae.jobs.cluster.actor import TrainingActor
from cae.jobs.cluster.connection import connect, fitting, resources, threads
from cae.jobs.cluster.datasets import packed
from cae.jobs.messages import (
    Dismiss,
    Ended,
    FromWorker,
    Gone,
    Hire,
    Order,
    Places,
    Preparing,
    Stop,
    ToWorker,
    Unreachable,
)
from cae.jobs.preparation import StopRequested, dataset_of, kept
from cae.log import start_log
from cae.registry import OWN
from cae.text import sentence

__all__ = ["Driver", "main"]

LOOK = 1.0  # seconds between two looks at the cluster's places

Send = Callable[[object], None]


def main(actor: type = TrainingActor, code: Sequence[str] = ()) -> None:
    """Serve the app until it closes the pipe. ``code`` are packages that the nodes need besides ``cae``: folders."""
    output, lock = wire.own_output(), threading.Lock()
    settings = replace(environment(), ray_address=sys.argv[1])
    start_log(settings.log_level)

    def send(message: object) -> None:
        with lock:
            wire.send(output, message)

    try:
        connect(settings, code)
    except ConnectionError as problem:
        send(Unreachable(str(problem)))
        return
    driver = Driver(settings, send, actor)
    threading.Thread(target=driver.tell_places, daemon=True).start()
    with suppress(EOFError):
        while True:
            driver.take(wire.receive(sys.stdin.buffer))
    os._exit(0)  # the app has ended; Ray ends the actors of a driver that is gone


@dataclass
class _Hired:
    """A worker of this driver."""

    actor: Any
    stopped: set[int] = field(default_factory=set)  # jobs whose data set need not be loaded any more


class Driver:
    """``take`` is called by one thread."""

    def __init__(self, settings: Environment, send: Send, actor: type) -> None:
        import ray

        self._ray: Any = ray
        self._send = send
        self._resources = resources(settings)
        self._actor = self._ray.remote(max_concurrency=2, **self._resources)(actor)
        self._hired: dict[int, _Hired] = {}
        self._datasets = SharedDatasets(ray.put)

    def take(self, message: object) -> None:
        """Take a message of the app."""
        match message:
            case Hire(number):
                self._hire(number)
            case Dismiss(number) if number in self._hired:
                self._ray.kill(self._hired.pop(number).actor)
            case ToWorker(number, told) if number in self._hired:
                self._tell(number, self._hired[number], told)

    def _hire(self, number: int) -> None:
        self._hired[number] = _Hired(self._actor.remote(threads(self._resources)))
        threading.Thread(target=self._listen, args=[number, self._hired[number].actor], daemon=True).start()

    def _tell(self, number: int, hired: _Hired, message: object) -> None:
        if isinstance(message, Order):
            threading.Thread(target=self._prepare, args=[number, hired, message], daemon=True).start()
            return
        if isinstance(message, Stop):
            hired.stopped.add(message.job)
        hired.actor.take.remote(message)

    def tell_places(self) -> None:
        """Tell the app again and again how many runs the cluster has places for."""
        while True:
            nodes = [fitting(node["Resources"], self._resources) for node in self._ray.nodes() if node["Alive"]]
            free = min(sum(nodes), fitting(self._ray.available_resources(), self._resources))
            self._send(Places(sum(nodes), free))
            time.sleep(LOOK)

    def _listen(self, number: int, actor: Any) -> None:
        """Pass on what an actor says."""
        try:
            for reference in actor.messages.options(num_returns="streaming").remote():
                self._send(FromWorker(number, self._ray.get(reference)))
        except self._ray.exceptions.RayError:
            self._send(FromWorker(number, Gone()))

    def _prepare(self, number: int, hired: _Hired, order: Order) -> None:
        """Load the data set of an order, and give both to the actor."""

        def send(message: object) -> None:
            self._send(FromWorker(number, message))

        try:
            parts = self._datasets.of(order, lambda: order.job in hired.stopped, send)
            hired.actor.take.remote(replace(order, own=()), parts)
        except StopRequested:
            send(Ended(order.job, "", stopped=True))
        except (ValueError, OSError) as error:
            send(Ended(order.job, sentence(error), stopped=False))


class SharedDatasets:
    """Puts every named data set into the object store once; a visitor's own pictures anew for each run."""

    def __init__(self, put: Callable[[object], Any]) -> None:
        self._put = put
        self._there: dict[str, Any] = {}
        self._loading = threading.Lock()

    def of(self, order: Order, stopped: Callable[[], bool], send: Send) -> Any:
        """The reference to the packed data set of an order. As ``preparation.dataset_of``, which loads it."""
        name = str(order.config["dataset"])
        if name == OWN:
            return self._put(packed(dataset_of(order, stopped, send)))
        while not self._loading.acquire(timeout=LOOK):
            send(Preparing(0.0, "Another run is loading its data set"))
            if stopped():
                raise StopRequested
        try:
            if name not in self._there:
                dataset = dataset_of(order, stopped, send)
                name = dataset.name  # the synthetic digits, if the one that was wanted cannot be had
                if name not in self._there:
                    self._there[name] = self._put(packed(dataset))
                kept.cache_clear()  # the store has it
            return self._there[name]
        finally:
            self._loading.release()


if __name__ == "__main__":
    main()
