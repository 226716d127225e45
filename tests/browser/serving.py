"""The real app on a free port of this machine, as ``streamlit run app.py`` serves it."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SUSPICIOUS = re.compile("warning|traceback|exception|error|deprecat", re.IGNORECASE)
PATIENCE = 60  # seconds, on a slow machine


@dataclass(frozen=True)
class Server:
    """Where the app answers; a page's address is ``url`` and its name."""

    url: str
    process: subprocess.Popen
    log: Path


@contextmanager
def serve(folder, data_directory):
    """Start the app, yield it, end it; then its log must be clean and its training worker gone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = Path(folder, "server.log")
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with log.open("wb") as target:
        process = subprocess.Popen(
            [*command, "--server.address", "127.0.0.1"],
            cwd=ROOT,
            env={**os.environ, "CAE_DATA_DIR": str(Path(data_directory).resolve())},
            stdin=subprocess.DEVNULL,
            stdout=target,
            stderr=subprocess.STDOUT,
        )
    try:
        _until(lambda: process.poll() is not None or _is_healthy(port), "the server answers", log)
        assert process.poll() is None, f"the server ended at once:\n{log.read_text()}"
        workers = _workers(process.pid)
        yield Server(f"http://127.0.0.1:{port}/", process, log)
        workers |= _workers(process.pid)
    finally:
        _end(process)
    assert workers, "the server had no training worker"
    _until(lambda: not any(map(_is_alive, workers)), "the training worker ends with its server", log)
    words = log.read_text()
    assert not SUSPICIOUS.search(words), f"the server's log:\n{words}"


def _is_healthy(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)  # whatever the proxy settings say
    with suppress(OSError):
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().read() == b"ok"
    return False


def _workers(server):
    found = subprocess.run(["pgrep", "-P", str(server), "-f", "cae.jobs.worker"], capture_output=True, text=True)
    return {int(number) for number in found.stdout.split()}


def _is_alive(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def _end(process):
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _until(holds, words, log):
    # Another process has no event to wait for: ask again and again.
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"not within {PATIENCE} s: {words}\n{log.read_text()}"
        time.sleep(0.05)
