"""The real app on a free port of this machine, as ``streamlit run app.py`` serves it."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
SUSPICIOUS = re.compile("warning|traceback|exception|error|deprecat", re.IGNORECASE)
PATIENCE = 60  # seconds, on a slow machine


@dataclass(frozen=True)
class Server:
    """Where the app answers; a page's address is ``url`` and its name."""

    url: str
    process: subprocess.Popen
    log: Path

    def workers(self):
        """The training worker's process; none in the first seconds; two while one takes over from another."""
        return {child for child in psutil.Process(self.process.pid).children() if _trains(child)}


@contextmanager
def serve(folder, data_directory, *flags, **environment):
    """Start the app with flags and variables, yield it, end it; its log must be clean, its training worker gone."""

    def start(port, target):
        address = ("--server.port", str(port), "--server.address", "127.0.0.1")
        return subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", *address, *flags],
            cwd=ROOT,
            env=os.environ
            | {"PYTHONFAULTHANDLER": "1", "CAE_DATA_DIR": str(Path(data_directory).resolve())}
            | environment,
            stdin=subprocess.DEVNULL,
            stdout=target,
            stderr=subprocess.STDOUT,
        )

    with watched(folder, start) as server:
        yield server


@contextmanager
def watched(folder, start, base=""):
    """The same with an app that ``start(port, file for what it says)`` has begun: the process itself.

    Its pages are below the path ``base``.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = Path(folder, "server.log")
    with log.open("wb") as target:
        process = start(port, target)
    server = Server(f"http://127.0.0.1:{port}/", process, log)
    try:
        until(
            lambda: process.poll() is not None or get(server, f"{base}_stcore/health") == "ok",
            "the server answers",
            log,
        )
        assert process.poll() is None, f"the server ended at once:\n{log.read_text()}"
        workers = server.workers()
        yield server
        if process.poll() is None:  # a test may have ended it
            workers |= server.workers()
    finally:
        _end(process, log)
    _, alive = psutil.wait_procs(workers, PATIENCE)
    assert not alive, f"the training worker outlived its server by {PATIENCE} s:\n{log.read_text()}"
    words = log.read_text()
    assert not any(map(_is_suspicious, words.splitlines())), f"the server's log:\n{words}"


def _is_suspicious(line):
    """Whether a line of the log tells of a fault. The app itself may warn, for example of a download that failed."""
    with suppress(ValueError, TypeError, KeyError):
        told = json.loads(line)
        return told["level"] not in ("debug", "info", "warning") or "traceback" in told
    return bool(SUSPICIOUS.search(line))


def get(server, path):
    """What the server answers, as text; empty while it does not."""
    address = server.url.split("/")[2]
    connection = http.client.HTTPConnection(address, timeout=5)  # whatever the proxy settings say
    with suppress(OSError), closing(connection):
        connection.request("GET", f"/{path}")
        return connection.getresponse().read().decode()
    return ""


def _trains(child):
    with suppress(psutil.Error):
        return "cae.jobs.worker" in child.cmdline()
    return False


def _end(process, log):
    """Ask the server to end. One that does not is made to say where its threads are."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)  # Python's fault handler tells what every thread was doing
        process.wait()
        raise AssertionError(f"the server did not end within {PATIENCE} s:\n{log.read_text()}") from None


def until(holds, words, log):
    # Another process has no event to wait for: ask again and again.
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"not within {PATIENCE} s: {words}\n{log.read_text()}"
        time.sleep(0.05)
