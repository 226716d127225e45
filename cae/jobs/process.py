"""A process that talks with the app by messages, and the training worker on this machine: such a process."""

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

from cae.environment import without_secrets
from cae.jobs import wire
from cae.jobs.messages import Gone

__all__ = ["NICE", "PROGRAM", "Inbox", "LocalWorker", "Process"]

PROGRAM = (sys.executable, "-m", "cae.jobs.worker")
NICE = 10  # lower priority than the pages, also while the worker is loading

Inbox = queue.SimpleQueue[tuple[object, object]]  # who sent it, and the message; (None, None) only wakes


class LocalWorker:
    """A worker on this machine: one process of ``program`` at a time, started anew when it is lost."""

    def __init__(self, program: Sequence[str], inbox: Inbox) -> None:
        self._program = program
        self._inbox = inbox
        self._process: Process | None = None
        self.is_ready = False  # it has loaded its libraries; if it ends now, starting another one is worthwhile
        self.device = ""  # in words; empty until it is ready for the first time

    @property
    def pid(self) -> int | None:
        """The process id; None without a process."""
        return None if self._process is None else self._process.pid

    def is_current(self, source: object) -> bool:
        """Whether this is the current process, not one before it."""
        return source is not None and source is self._process

    def start(self) -> bool:
        """Start a process, if there is none. Returns False if the system refuses, for example without free memory."""
        if self._process is None:
            self.is_ready = False
            with suppress(OSError):
                self._process = Process(self._program, self._inbox)
        return self._process is not None

    def send(self, message: object) -> None:
        """Send a message. If the process has ended, the message is lost and ``Gone`` arrives in the inbox."""
        if self._process is not None:
            self._process.send(message)

    def replace(self) -> None:
        """Kill the process and start another."""
        self.close()
        if self.is_ready:  # one that ends while it loads would do so for ever: the next run tries again
            self.start()

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.end()
            self._process = None


class Process:
    """A running process of ``program``. A thread puts its messages into ``inbox``, the last of which is ``Gone``.

    ``nice`` is its priority, None that of this process. In a session of its own, Control+C does not reach it.

    Raises ``OSError`` if the system refuses, for example without free memory.
    """

    def __init__(
        self, program: Sequence[str], inbox: Inbox, *, nice: int | None = NICE, own_session: bool = False
    ) -> None:
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**without_secrets(os.environ), "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=own_session,
        )
        self._input = cast(BinaryIO, self._process.stdin)
        self._output = cast(BinaryIO, self._process.stdout)
        self._inbox = inbox
        self._listener = threading.Thread(target=self._listen, name="worker-listener", daemon=True)
        self._listener.start()

        self.pid = self._process.pid
        if nice is not None and hasattr(os, "setpriority"):
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.pid, nice)

    def send(self, message: object) -> None:
        """Send a message. If the process has ended, the message is lost and ``Gone`` arrives in the inbox."""
        with suppress(ValueError):  # the pipe is closed
            wire.send(self._input, message)

    def end(self) -> None:
        """Kill it; close its pipes and end its thread."""
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
