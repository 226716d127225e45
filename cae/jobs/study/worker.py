"""A process that computes units of a study: configs on standard input, what comes of them on standard output.

``cae.jobs.study.processes`` starts it as ``python -m cae.jobs.study.worker FILE THREADS``. ``FILE`` holds the data
set: it is mapped into memory, so that all processes share one copy. The process ends when its input is closed.
"""

from __future__ import annotations

import os
import queue
import shutil
import sys
import threading
from contextlib import suppress
from pathlib import Path

from safetensors import safe_open

from cae.config import TrainConfig
from cae.data.datasets import Dataset
from cae.device import choose
from cae.evaluation.unit import measured
from cae.jobs import wire
from cae.jobs.messages import Measure, Measured, Refused, Share
from cae.text import sentence

__all__ = ["main"]


def main(path: Path, threads: int) -> None:
    """Compute units until the other process closes the pipe."""
    output = wire.own_output()
    orders: queue.SimpleQueue[Measure] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders, path.parent), daemon=True).start()
    dataset = _dataset(path)
    compute = choose("cpu", threads)
    while True:
        config = TrainConfig.from_dict(orders.get().config)
        try:
            unit = measured(config, dataset, compute, lambda share: wire.send(output, Share(share)))
        except (ValueError, OSError) as error:
            wire.send(output, Refused(sentence(error)))
        else:
            wire.send(output, Measured(unit.as_dict()))


def _listen(orders: queue.SimpleQueue[Measure], folder: Path) -> None:
    with suppress(EOFError):
        while True:
            orders.put(wire.receive(sys.stdin.buffer))
    shutil.rmtree(folder, ignore_errors=True)  # the other process was killed, and has not done it
    os._exit(0)


def _dataset(path: Path) -> Dataset:
    with safe_open(path, "pt") as file:
        return Dataset.of(file.metadata()["name"], {name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
