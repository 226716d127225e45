"""The training worker: a program that reads orders from standard input and writes events to standard output.

``cae.jobs.process`` starts it as ``python -m cae.jobs.worker``. It keeps its libraries and data sets loaded between
jobs and ends when its input is closed.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from contextlib import suppress

from cae.config import TrainConfig
from cae.data import datasets
from cae.device import choose
from cae.environment import environment
from cae.jobs import wire
from cae.jobs.messages import Ready
from cae.jobs.preparation import FALLBACK, dataset_of, kept
from cae.jobs.trainer import Trainer, first_step
from cae.log import start_log

__all__ = ["main"]

log = logging.getLogger(__name__)


def main() -> None:
    """Run orders until the app closes the pipe, or the GPU's memory is full."""
    output = wire.own_output()
    start_log(environment().log_level)

    def send(message: object) -> None:
        wire.send(output, message)

    trainer = Trainer(send, lambda order, stopped: dataset_of(order, stopped, send))
    threading.Thread(target=_listen, args=[trainer], daemon=True).start()
    send(Ready(_warm_up()))
    trainer.work(choose)
    os._exit(0)  # an ordinary exit fails, as the listener holds standard input


def _listen(trainer: Trainer) -> None:
    try:
        while True:
            trainer.take(wire.receive(sys.stdin.buffer))
    except EOFError:
        os._exit(0)  # the app has ended, so nobody needs the result


def _warm_up() -> str:
    """Load the default data set and take one training step.

    Returns the device in words, or why there is none: every run will report that, too.
    """
    default = TrainConfig().dataset
    try:
        compute = choose()
    except ValueError as problem:
        log.error("%s", problem)
        return str(problem)
    with suppress(OSError):  # damaged files: the run that uses them will report it
        first_step(kept(default if datasets.is_present(default) else FALLBACK), compute)
    return str(compute)


if __name__ == "__main__":
    main()
