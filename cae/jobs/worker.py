"""The training worker: a program of its own that takes orders on standard input and tells events on standard output.

It is started by ``cae.jobs.process`` as ``python -m cae.jobs.worker``, stays warm between jobs, and ends when
its input does. A run is a generator, so to pause one is to leave it alone for a while.
"""

from __future__ import annotations

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
from cae.jobs import wire
from cae.jobs.messages import Ended, Order, Pause, Paused, Preparing, Ready, Resume, Stop, Substituted
from cae.text import sentence
from cae.training.events import Event, Preview
from cae.training.loop import train

__all__ = ["main"]

FALLBACK = "synthetic"
WATCHED = 8
NO_MEMORY = "The memory of the GPU is full. Choose a smaller batch size or fewer channels, and start again."

Say = Callable[[object], None]
Events = Generator[Event, None, None]


class _Stopped(Exception):
    """The visitor wants this job to end."""


class _Wishes:
    """What visitors want of their jobs: written by the thread that listens, read by the one that trains."""

    def __init__(self) -> None:
        self.stop: set[int] = set()
        self.pause: set[int] = set()

    def about(self, job: int) -> bool:
        """Whether the job is to end or to pause."""
        return job in self.stop or job in self.pause


def main() -> None:
    """Serve orders until the app closes the pipe."""
    # What a library prints must not end up between the messages.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def say(message: object) -> None:
        wire.send(output, message)

    orders: queue.SimpleQueue[Order | Resume | Stop] = queue.SimpleQueue()
    wishes = _Wishes()
    threading.Thread(target=_listen, args=(orders, wishes), daemon=True).start()

    _warm_up()
    say(Ready())
    paused: dict[int, Events] = {}
    while True:
        order = orders.get()
        job = order.job
        try:
            match order:
                case Order():
                    events = _begin(order, wishes, say)
                case Resume() if job in paused:
                    events = paused.pop(job)
                case _:  # a stop, of a job that is paused or already over
                    paused.pop(job, None)
                    continue
            if _drain(events, job, wishes, say):
                say(Ended(job, "", stopped=False))
            else:
                paused[job] = events
                say(Paused(job))
        except _Stopped:
            say(Ended(job, "", stopped=True))
        except (ValueError, OSError) as error:
            say(Ended(job, sentence(error), stopped=False))
        except torch.OutOfMemoryError:
            # What is left of the run may hold memory for ever: a new process starts clean.
            say(Ended(job, NO_MEMORY, stopped=False, retiring=True))
            return


def _listen(orders: queue.SimpleQueue[Order | Resume | Stop], wishes: _Wishes) -> None:
    try:
        while True:
            match wire.receive(sys.stdin.buffer):
                case Pause(job):
                    wishes.pause.add(job)
                case Resume(job) as resume:
                    wishes.pause.discard(job)
                    orders.put(resume)
                case Stop(job) as stop:
                    wishes.stop.add(job)
                    orders.put(stop)
                case Order() as order:
                    orders.put(order)
    except EOFError:
        os._exit(0)  # the app is gone, and with it whoever wanted the result


def _begin(order: Order, wishes: _Wishes, say: Say) -> Events:
    """The run that was ordered, its data set loaded, before its first step."""

    def progress(share: float, words: str) -> None:
        say(Preparing(share, words))
        if order.job in wishes.stop:
            raise _Stopped

    config = TrainConfig.from_dict(order.config)
    progress(0.0, "Preparing")
    try:
        dataset = (
            _dataset(config.dataset)
            if datasets.is_present(config.dataset)
            else datasets.load(config.dataset, progress=progress)
        )
    except OSError as error:
        say(Substituted(FALLBACK, sentence(error)))
        dataset = _dataset(FALLBACK)
    watch = torch.cat([dataset.validation.images[:WATCHED], torch.from_numpy(order.watch.copy()).unsqueeze(1)])
    return train(config, dataset, compute=choose(), watch=watch, look=lambda: wishes.about(order.job))


def _drain(events: Events, job: int, wishes: _Wishes, say: Say) -> bool:
    """Tell what happens until the run has ended (true), is to pause (false), or is to end (``_Stopped``)."""
    for event in events:
        say(event)
        if isinstance(event, Preview):  # a wish makes the run look once more: this is what is kept of it
            if job in wishes.stop:
                events.close()
                raise _Stopped
            if job in wishes.pause:
                return False
    return True


@lru_cache(maxsize=3)
def _dataset(name: str) -> datasets.Dataset:
    return datasets.load(name)


def _warm_up() -> None:
    """Load what the first visitor will most likely ask for, and take a step: the first one loads half of torch."""
    default = TrainConfig().dataset
    with suppress(OSError):  # damaged files: whoever orders them will hear of it
        dataset = _dataset(default if datasets.is_present(default) else FALLBACK)
        few = datasets.Dataset("few", dataset.train[:8], dataset.validation[:8], dataset.test[:8])
        for _ in train(TrainConfig(batch_size=8), few, compute=choose()):
            pass


if __name__ == "__main__":
    main()
