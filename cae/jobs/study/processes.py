"""Units of a study in processes beside each other.

The processes share one copy of the data set, in a temporary file. If one is killed, as a system does when its memory
is full, its run is computed again, with one process fewer.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO, cast

from safetensors.numpy import save_file

from cae.config import TrainConfig
from cae.data.datasets import Dataset
from cae.data.download import Progress
from cae.device import Compute
from cae.environment import without_secrets
from cae.evaluation.unit import Place, Unit, title

__all__ = ["processes"]

TRIES = 3  # of one run, if its processes are killed
KILLED = (
    "The process of the run with {title} was killed {tries} times, perhaps because the memory is full. "
    "End other programs, and start the command again."
)
ROOT = Path(__file__).resolve().parents[3]


def processes(compute: Compute, most: int) -> Place:
    """At most so many processes, each of which computes on ``compute``, a CPU."""
    return Place(str(compute), partial(_units, compute.threads, most))


def _units(
    threads: int, most: int, configs: Sequence[TrainConfig], dataset: Dataset, progress: Progress
) -> Generator[tuple[TrainConfig, Unit], None, None]:
    """The units of ``configs``, computed by at most ``most`` processes with so many threads each."""
    waiting = deque(configs)
    running: dict[_Process, TrainConfig] = {}
    shares: dict[TrainConfig, float] = dict.fromkeys(configs, 0.0)
    losses = Counter[TrainConfig]()
    with _file_of(dataset) as file, _Pool(file, threads) as pool:
        while waiting or running:
            while waiting and len(running) < most:
                process = pool.take()
                running[process] = waiting.popleft()
                process.send(running[process].as_dict())
            process, answer = pool.inbox.get()
            config = running.get(process)
            if answer is None:
                pool.drop(process)
            if config is None:  # a process without a run has nothing to say but that it has ended
                continue
            match answer:
                case {"share": share}:
                    shares[config] = share
                    progress(sum(shares.values()) / len(configs), title(config))
                case {"unit": unit}:
                    shares[config] = 1.0
                    del running[process]
                    pool.give_back(process)
                    yield config, Unit.from_dict(unit)
                case {"error": words}:
                    raise ValueError(words)
                case _:
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
        self.inbox: _Inbox = queue.SimpleQueue()
        self._program = [sys.executable, "-m", "cae.jobs.study.worker", str(file), str(threads)]
        self._all: set[_Process] = set()
        self._idle: list[_Process] = []

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for process in self._all:
            process.kill()
        for process in self._all:
            process.close()

    def take(self) -> _Process:
        """One that has nothing to do. Raises ``OSError`` if the system starts no more processes."""
        if self._idle:
            return self._idle.pop()
        process = _Process(self._program, self.inbox)
        self._all.add(process)
        return process

    def give_back(self, process: _Process) -> None:
        """It has nothing to do any more."""
        self._idle.append(process)

    def drop(self, process: _Process) -> None:
        """It has ended."""
        self._all.remove(process)
        if process in self._idle:
            self._idle.remove(process)
        process.kill()
        process.close()


class _Process:
    """A running process, and the thread that reads its answers. The last answer is None: it has ended."""

    def __init__(self, program: Sequence[str], inbox: _Inbox) -> None:
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**without_secrets(os.environ), "PYTHONPATH": os.pathsep.join(paths)},
            encoding="utf-8",
            start_new_session=True,  # Control+C is for the command, which then ends its processes
        )
        self._input, self._output = cast(TextIO, self._process.stdin), cast(TextIO, self._process.stdout)
        self._listener = threading.Thread(target=self._listen, args=(inbox,), name="study-listener", daemon=True)
        self._listener.start()

    def send(self, order: dict[str, Any]) -> None:
        """If the process has ended, the order is lost, and the last answer arrives."""
        with suppress(OSError):
            print(json.dumps(order), file=self._input, flush=True)

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        """Wait for the end of the killed process and of its thread."""
        self._process.wait()
        self._listener.join()
        for pipe in (self._input, self._output):
            with suppress(OSError):
                pipe.close()

    def _listen(self, inbox: _Inbox) -> None:
        with suppress(OSError, ValueError):  # it was killed in the middle of an answer
            for line in self._output:
                inbox.put((self, json.loads(line)))
        inbox.put((self, None))


_Inbox = queue.SimpleQueue[tuple[_Process, dict[str, Any] | None]]
