"""The worker program as the service holds it: one process after the other, and the thread that listens to each."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

from cae.jobs import wire

__all__ = ["NICE", "PROGRAM", "Gone", "Inbox", "Worker"]

PROGRAM = (sys.executable, "-m", "cae.jobs.worker")
NICE = 10  # the pages come first, also while the worker is loading


class Gone:
    """What a process says last: it has ended."""


Inbox = queue.SimpleQueue[tuple["_Process | None", object]]


class Worker:
    """Alive from ``start``, and again after each loss; what it says is put into ``inbox`` beside its source."""

    def __init__(self, program: Sequence[str], inbox: Inbox) -> None:
        self._program = program
        self._inbox = inbox
        self._process: _Process | None = None
        self.is_ready = False  # it has loaded what it needs, so that should it die, another one is worth its start

    @property
    def pid(self) -> int | None:
        """The process's number; None where there is none."""
        return None if self._process is None else self._process.pid

    def is_now(self, source: _Process | None) -> bool:
        """Whether this source of a message is the process of today, not one that was lost."""
        return source is not None and source is self._process

    def start(self) -> bool:
        """Have a process; returns whether there is one. The system may refuse where its memory is full."""
        if self._process is None:
            self.is_ready = False
            with suppress(OSError):
                self._process = _Process(self._program, self._inbox)
        return self._process is not None

    def tell(self, message: object) -> None:
        """Send a message. A process that is gone does not hear it; that it is gone is on the way."""
        if self._process is not None:
            self._process.tell(message)

    def lose(self) -> None:
        """End the process, whatever it is doing, and start another."""
        self.close()
        if self.is_ready:  # one that dies before would die again and again: the next run may try
            self.start()

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.end()
            self._process = None


class _Process:
    """One life of the program, and the thread that listens to it."""

    def __init__(self, program: Sequence[str], inbox: Inbox) -> None:
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        self._input = cast(BinaryIO, self._process.stdin)
        self._output = cast(BinaryIO, self._process.stdout)
        self._inbox = inbox
        self._listener = threading.Thread(target=self._listen, name="worker-listener", daemon=True)
        self._listener.start()

        self.pid = self._process.pid
        if hasattr(os, "setpriority"):
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.pid, NICE)

    def tell(self, message: object) -> None:
        with suppress(OSError, ValueError):
            wire.send(self._input, message)

    def end(self) -> None:
        """Kill it, whatever it is doing, and give back its pipes and its thread."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for pipe in (self._input, self._output):
            with suppress(OSError):
                pipe.close()

    def _listen(self) -> None:
        try:
            while True:
                self._inbox.put((self, wire.receive(self._output)))
        except (OSError, EOFError, ValueError):
            self._inbox.put((self, Gone()))
