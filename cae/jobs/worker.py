"""The training worker: a program that reads orders from standard input and writes events to standard output.

``cae.jobs.process`` starts it as ``python -m cae.jobs.worker``. It keeps its libraries and data sets loaded between
jobs and ends when its input is closed. A run is a generator; a paused run is one that nobody advances.
"""

from __future__ import annotations

import logging
import os
import queue
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import suppress
from functools import lru_cache

import torch

from cae.config import TrainConfig
from cae.data import datasets
from cae.device import choose
from cae.environment import environment
from cae.images import Images, planes
from cae.jobs import wire
from cae.jobs.messages import Ended, Order, Pause, Paused, Preparing, Ready, Resume, Stop, Substituted
from cae.log import start_log
from cae.registry import OWN
from cae.text import sentence
from cae.training.events import Event, Preview
from cae.training.loop import train

__all__ = ["main"]

FALLBACK = "synthetic"
WATCHED = 8
NO_MEMORY = "The memory of the GPU is full. Choose a smaller batch size or fewer channels, and start again."

log = logging.getLogger(__name__)

Send = Callable[[object], None]
Events = Generator[Event, None, None]


class _Stopped(Exception):
    """The visitor has asked to end this job."""


class _Requests:
    """Jobs to stop or pause: written by the thread that reads messages, read by the one that trains."""

    def __init__(self) -> None:
        self.stop: set[int] = set()
        self.pause: set[int] = set()

    def about(self, job: int) -> bool:
        """Whether the job is to stop or to pause."""
        return job in self.stop or job in self.pause


def main() -> None:
    """Run orders until the app closes the pipe."""
    # Keep what a library prints out of the messages.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    start_log(environment().log_level)

    def send(message: object) -> None:
        wire.send(output, message)

    orders: queue.SimpleQueue[Order | Resume | Stop] = queue.SimpleQueue()
    requests = _Requests()
    threading.Thread(target=_listen, args=(orders, requests), daemon=True).start()

    send(Ready(_warm_up()))
    paused: dict[int, Events] = {}
    while True:
        order = orders.get()
        job = order.job
        try:
            match order:
                case Order():
                    events = _begin(order, requests, send)
                case Resume() if job in paused:
                    events = paused.pop(job)
                case _:  # a stop of a job that is paused or over
                    paused.pop(job, None)
                    continue
            if _run(events, job, requests, send):
                send(Ended(job, "", stopped=False))
            else:
                paused[job] = events
                send(Paused(job))
        except _Stopped:
            send(Ended(job, "", stopped=True))
        except (ValueError, OSError) as error:
            send(Ended(job, sentence(error), stopped=False))
        except torch.OutOfMemoryError:
            # The rest of the run may hold memory for ever; a new process does not.
            send(Ended(job, NO_MEMORY, stopped=False, retiring=True))
            return


def _listen(orders: queue.SimpleQueue[Order | Resume | Stop], requests: _Requests) -> None:
    try:
        while True:
            match wire.receive(sys.stdin.buffer):
                case Pause(job):
                    requests.pause.add(job)
                case Resume(job) as resume:
                    requests.pause.discard(job)
                    orders.put(resume)
                case Stop(job) as stop:
                    requests.stop.add(job)
                    orders.put(stop)
                case Order() as order:
                    orders.put(order)
    except EOFError:
        os._exit(0)  # the app has ended, so nobody needs the result


def _begin(order: Order, requests: _Requests, send: Send) -> Events:
    """Load the data set and return the run, before its first step."""

    def progress(share: float, words: str) -> None:
        send(Preparing(share, words))
        if order.job in requests.stop:
            raise _Stopped

    config = TrainConfig.from_dict(order.config)
    progress(0.0, "Preparing")
    try:
        dataset = (
            _own(order.own)
            if config.dataset == OWN
            else _dataset(config.dataset)
            if datasets.is_present(config.dataset)
            else datasets.load(config.dataset, progress=progress)
        )
    except OSError as error:
        send(Substituted(FALLBACK, sentence(error)))
        dataset = _dataset(FALLBACK)
    watch = torch.cat([dataset.validation.images[:WATCHED], planes(order.watch)])
    return train(config, dataset, compute=choose(), watch=watch, look=lambda: requests.about(order.job))


def _run(events: Events, job: int, requests: _Requests, send: Send) -> bool:
    """Send the run's events. Returns True at its end and False for a pause. Raises ``_Stopped`` for a stop."""
    for event in events:
        send(event)
        if isinstance(event, Preview):  # a request makes the run give a preview, whose weights are kept
            if job in requests.stop:
                events.close()
                raise _Stopped
            if job in requests.pause:
                return False
    return True


def _own(parts: tuple[Images, ...]) -> datasets.Dataset:
    """A data set of pictures that came with the order. Raises ``ValueError`` if none did."""
    if len(parts) != 2:
        raise ValueError("Your own pictures are no longer here. Upload them again, and start again.")
    train, validation = (datasets.Split(planes(images), torch.zeros(len(images), dtype=torch.long)) for images in parts)
    return datasets.Dataset(OWN, train, validation, train[:0])


@lru_cache(maxsize=3)
def _dataset(name: str) -> datasets.Dataset:
    return datasets.load(name)


def _warm_up() -> str:
    """Load the default data set and take one training step: the first step loads half of torch.

    Returns the device in words, or why there is none: every run will report that, too.
    """
    default = TrainConfig().dataset
    try:
        compute = choose()
    except ValueError as problem:
        log.error("%s", problem)
        return str(problem)
    with suppress(OSError):  # damaged files: the run that uses them will report it
        dataset = _dataset(default if datasets.is_present(default) else FALLBACK)
        few = datasets.Dataset("few", dataset.train[:8], dataset.validation[:8], dataset.test[:8])
        for _ in train(TrainConfig(batch_size=8), few, compute=compute):
            pass
    return str(compute)


if __name__ == "__main__":
    main()
