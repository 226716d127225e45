"""A process that computes units of a study: configs on standard input, answers on standard output, as lines of JSON.

``cae.jobs.study.processes`` starts it as ``python -m cae.jobs.study.worker FILE THREADS``. ``FILE`` holds the data
set: it is mapped into memory, so that all processes share one copy. The process ends when its input is closed.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

from safetensors import safe_open

from cae.config import TrainConfig
from cae.data.datasets import Dataset
from cae.device import choose
from cae.evaluation.unit import measured
from cae.jobs.wire import own_output
from cae.text import sentence

__all__ = ["main"]


def main(path: Path, threads: int) -> None:
    """Compute units until the other process closes the pipe."""
    output = own_output()

    def say(**answer: Any) -> None:
        output.write(json.dumps(answer).encode() + b"\n")
        output.flush()

    orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders, path.parent), daemon=True).start()
    dataset = _dataset(path)
    compute = choose("cpu", threads)
    while True:
        config = TrainConfig.from_dict(orders.get())
        try:
            unit = measured(config, dataset, compute, lambda share: say(share=share))
        except (ValueError, OSError) as error:
            say(error=sentence(error))
        else:
            say(unit=unit.as_dict())


def _listen(orders: queue.SimpleQueue[dict[str, Any]], folder: Path) -> None:
    for line in sys.stdin:
        orders.put(json.loads(line))
    shutil.rmtree(folder, ignore_errors=True)  # the other process was killed, and has not done it
    os._exit(0)


def _dataset(path: Path) -> Dataset:
    with safe_open(path, "pt") as file:
        return Dataset.of(file.metadata()["name"], {name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
