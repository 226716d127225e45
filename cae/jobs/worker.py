"""The training worker: a program of its own that takes orders on standard input and tells events on standard output.

It is started by ``cae.jobs.service`` as ``python -m cae.jobs.worker``, stays warm between jobs, and ends when
its input does.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from functools import lru_cache, partial

import torch

from cae import data
from cae.config import TrainConfig
from cae.device import choose
from cae.jobs import wire
from cae.jobs.messages import Ended, Order, Preparing, Stop, Substituted
from cae.sentences import sentence
from cae.training import train

__all__ = ["main"]

FALLBACK = "synthetic"
WATCHED = 8
Say = Callable[[object], None]


class _Stopped(Exception):
    """The visitor wants this job to end."""


def main() -> None:
    """Serve orders until the app closes the pipe."""
    # What a library prints must not end up between the messages.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    if hasattr(os, "nice"):
        os.nice(10)  # the pages come first

    def say(message: object) -> None:
        wire.send(output, message)

    orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
    stopped: set[int] = set()
    threading.Thread(target=_listen, args=(orders, stopped), daemon=True).start()

    _warm_up()
    while True:
        order = orders.get()
        try:
            _work(order, partial(stopped.__contains__, order.job), say)
            say(Ended(order.job, "", stopped=False))
        except _Stopped:
            say(Ended(order.job, "", stopped=True))
        except (ValueError, OSError) as error:
            say(Ended(order.job, sentence(error), stopped=False))


def _listen(orders: queue.SimpleQueue[Order], stopped: set[int]) -> None:
    try:
        while True:
            match wire.receive(sys.stdin.buffer):
                case Order() as order:
                    orders.put(order)
                case Stop(job):
                    stopped.add(job)
    except EOFError:
        os._exit(0)  # the app is gone, and with it whoever wanted the result


def _work(order: Order, is_stopped: Callable[[], bool], say: Say) -> None:
    def progress(share: float, words: str) -> None:
        say(Preparing(share, words))
        if is_stopped():
            raise _Stopped

    config = TrainConfig.from_dict(order.config)
    progress(0.0, "Preparing")
    try:
        dataset = (
            _dataset(config.dataset)
            if data.is_present(config.dataset)
            else data.load(config.dataset, progress=progress)
        )
    except OSError as error:
        say(Substituted(FALLBACK, sentence(error)))
        dataset = _dataset(FALLBACK)
    watch = torch.cat([dataset.validation.images[:WATCHED], torch.from_numpy(order.watch.copy()).unsqueeze(1)])
    with closing(train(config, dataset, compute=choose(), watch=watch)) as events:
        for event in events:
            say(event)
            if is_stopped():
                raise _Stopped


@lru_cache(maxsize=3)
def _dataset(name: str) -> data.Dataset:
    return data.load(name)


def _warm_up() -> None:
    """Load what the first visitor will most likely ask for, so that the first run starts at once."""
    default = TrainConfig().dataset
    with suppress(OSError):  # damaged files: whoever orders them will hear of it
        _dataset(default if data.is_present(default) else FALLBACK)


if __name__ == "__main__":
    main()
