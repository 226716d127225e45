"""Trains the runs that are ordered, one after the other, wherever the orders come from and the messages go.

A run is a generator; a paused run is one that nobody advances.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Generator

import torch

from cae.config import TrainConfig
from cae.data.datasets import Dataset
from cae.device import Compute
from cae.images import planes
from cae.jobs.messages import Ended, Order, Pause, Paused, Resume, Stop
from cae.jobs.preparation import StopRequested
from cae.text import sentence
from cae.training.events import Event, Preview
from cae.training.loop import train

__all__ = ["Trainer", "first_step"]

WATCHED = 8  # validation pictures that every preview reconstructs, before the visitor's own
NO_MEMORY = "The memory of the GPU is full. Choose a smaller batch size or fewer channels, and start again."

Events = Generator[Event, None, None]


class Trainer:
    """``take`` is called by the thread that reads messages, and ``work`` by the one that trains.

    ``send`` takes the messages to the app. ``load`` gives the data set of an order; it may ask its second argument now
    and then whether the run is to stop, and raise ``StopRequested``.
    """

    def __init__(self, send: Callable[[object], None], load: Callable[[Order, Callable[[], bool]], Dataset]) -> None:
        self._send, self._load = send, load
        self._orders: queue.SimpleQueue[Order | Resume | Stop] = queue.SimpleQueue()
        self._stop: set[int] = set()  # jobs that are to stop
        self._pause: set[int] = set()

    def take(self, message: object) -> None:
        """Take a message of the app."""
        match message:
            case Pause(job):
                self._pause.add(job)
            case Resume(job) as resume:
                self._pause.discard(job)
                self._orders.put(resume)
            case Stop(job) as stop:
                self._stop.add(job)
                self._orders.put(stop)
            case Order() as order:
                self._orders.put(order)

    def work(self, choose: Callable[[], Compute]) -> None:
        """Train what is ordered, for ever, each run on the device of ``choose``.

        Returns when the GPU's memory is full: a new process has all of it.
        """
        paused: dict[int, Events] = {}
        while True:
            order = self._orders.get()
            job = order.job
            try:
                match order:
                    case Order():
                        events = self._begin(order, choose)
                    case Resume() if job in paused:
                        events = paused.pop(job)
                    case _:  # a stop of a job that is paused or over
                        paused.pop(job, None)
                        continue
                if self._run(events, job):
                    self._send(Ended(job, "", stopped=False))
                else:
                    paused[job] = events
                    self._send(Paused(job))
            except StopRequested:
                self._send(Ended(job, "", stopped=True))
            except (ValueError, OSError) as error:
                self._send(Ended(job, sentence(error), stopped=False))
            except torch.OutOfMemoryError:
                # The rest of the run may hold memory for ever; a new process does not.
                self._send(Ended(job, NO_MEMORY, stopped=False, retiring=True))
                return

    def _begin(self, order: Order, choose: Callable[[], Compute]) -> Events:
        """Load the data set and return the run, before its first step."""
        dataset = self._load(order, lambda: order.job in self._stop)
        if order.job in self._stop:
            raise StopRequested
        watch = torch.cat([dataset.validation.images[:WATCHED], planes(order.watch)])
        config = TrainConfig.from_dict(order.config)
        return train(config, dataset, compute=choose(), watch=watch, look=lambda: self._asked(order.job))

    def _asked(self, job: int) -> bool:
        return job in self._stop or job in self._pause

    def _run(self, events: Events, job: int) -> bool:
        """Send the run's events. Returns True at its end and False for a pause."""
        for event in events:
            self._send(event)
            if isinstance(event, Preview):  # a request makes the run give a preview, whose weights are kept
                if job in self._stop:
                    events.close()
                    raise StopRequested
                if job in self._pause:
                    return False
        return True


def first_step(dataset: Dataset, compute: Compute) -> None:
    """Take one training step on a few of these pictures: the first one of a process loads half of torch."""
    few = Dataset("few", dataset.train[:8], dataset.validation[:8], dataset.test[:8])
    for _ in train(TrainConfig(batch_size=8), few, compute=compute):
        pass
