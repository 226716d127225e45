"""Units of a study in processes beside each other.

The processes share one copy of the data set, in a temporary file. If one is killed, as a system does when its memory
is full, its run is computed again, with one process fewer.
"""

from __future__ import annotations

import queue
import sys
import tempfile
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import cast

from safetensors.numpy import save_file

from cae.config import TrainConfig
from cae.data.datasets import Dataset
from cae.data.download import Progress
from cae.device import Compute
from cae.evaluation.unit import Place, Unit, title
from cae.jobs.messages import Gone, Measure, Measured, Refused, Share
from cae.jobs.process import Inbox, Process

__all__ = ["processes"]

TRIES = 3  # of one run, if its processes are killed
KILLED = (
    "The process of the run with {title} was killed {tries} times, perhaps because the memory is full. "
    "End other programs, and start the command again."
)


def processes(compute: Compute, most: int) -> Place:
    """At most so many processes, each of which computes on ``compute``, a CPU."""
    return Place(str(compute), partial(_units, compute.threads, most))


def _units(
    threads: int, most: int, configs: Sequence[TrainConfig], dataset: Dataset, progress: Progress
) -> Generator[tuple[TrainConfig, Unit], None, None]:
    """The units of ``configs``, computed by at most ``most`` processes with so many threads each."""
    waiting = deque(configs)
    running: dict[Process, TrainConfig] = {}
    shares: dict[TrainConfig, float] = dict.fromkeys(configs, 0.0)
    losses = Counter[TrainConfig]()
    with _file_of(dataset) as file, _Pool(file, threads) as pool:
        while waiting or running:
            while waiting and len(running) < most:
                process = pool.take()
                running[process] = waiting.popleft()
                process.send(Measure(running[process].as_dict()))
            process, message = pool.next_message()
            config = running.get(process)
            if config is None:  # a process without a run has nothing to say but that it has ended
                continue
            match message:
                case Share(share):
                    shares[config] = share
                    progress(sum(shares.values()) / len(configs), title(config))
                case Measured(unit):
                    shares[config] = 1.0
                    del running[process]
                    pool.give_back(process)
                    yield config, Unit.from_dict(unit)
                case Refused(reason):
                    raise ValueError(reason)
                case Gone():
                    del running[process]
                    losses[config] += 1
                    if losses[config] == TRIES:
                        raise OSError(KILLED.format(title=title(config), tries=TRIES))
                    most = max(1, most - 1)
                    waiting.appendleft(config)


@contextmanager
def _file_of(dataset: Dataset) -> Iterator[Path]:
    """A file with the data set, in a folder of its own, for as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix="cae-study-", ignore_cleanup_errors=True) as folder:
        path = Path(folder, "dataset.safetensors")
        arrays = {name: tensor.contiguous().numpy() for name, tensor in dataset.tensors().items()}
        save_file(arrays, path, {"name": dataset.name})
        yield path


class _Pool:
    """The processes that work on the data set in ``file``. All end with the context."""

    def __init__(self, file: Path, threads: int) -> None:
        self._inbox: Inbox = queue.SimpleQueue()
        self._program = (sys.executable, "-m", "cae.jobs.study.worker", str(file), str(threads))
        self._all: set[Process] = set()
        self._idle: list[Process] = []

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for process in self._all:
            process.end()

    def take(self) -> Process:
        """One that has nothing to do. Raises ``OSError`` if the system starts no more processes."""
        if self._idle:
            return self._idle.pop()
        # Control+C is for the command, which then ends its processes.
        process = Process(self._program, self._inbox, nice=None, own_session=True)
        self._all.add(process)
        return process

    def give_back(self, process: Process) -> None:
        """It has nothing to do any more."""
        self._idle.append(process)

    def next_message(self) -> tuple[Process, object]:
        """Wait for the next message, and drop the process if it is the last one."""
        process, message = cast(tuple[Process, object], self._inbox.get())
        if isinstance(message, Gone):
            self._all.remove(process)
            if process in self._idle:
                self._idle.remove(process)
            process.end()
        return process, message
