"""The state of the server for its operator: the queue, the worker, memory, versions, sessions."""

from __future__ import annotations

import os
import platform
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cae.environment import environment
from cae.ui.visitor import presence
from cae.ui.visitor.services import own_store, run_store, training

__all__ = ["Status", "status"]

LIBRARIES = ("streamlit", "torch", "numpy")

_began = time.monotonic()


@dataclass(frozen=True)
class Status:
    """Memory in bytes, times in seconds; None where the system does not tell."""

    uptime: float
    sessions: int  # browser tabs that are connected
    training: bool  # whether visitors can train
    uploads: bool
    runs_training: int
    runs_waiting: int
    runs_paused: int
    where: str  # runs train, in a sentence
    worker: str  # on this machine: "ready", "loading" or "none"
    worker_pid: int | None
    device: str
    app_memory: int | None
    worker_memory: int | None
    kept_runs_memory: int
    own_pictures_memory: int
    versions: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return asdict(self)


def status() -> Status:
    """The state at this moment. It names no visitor and shows nothing of what they draw or upload."""
    service, settings = training(), environment()
    with_worker, waiting, paused = service.counts()
    worker = service.worker()
    return Status(
        uptime=round(time.monotonic() - _began, 1),
        sessions=presence.connected(),
        training=settings.rules.training,
        uploads=settings.uploads,
        runs_training=with_worker,
        runs_waiting=waiting,
        runs_paused=paused,
        where=worker.where,
        worker="none" if worker.pid is None else "ready" if worker.is_ready else "loading",
        worker_pid=worker.pid,
        device=worker.device,
        app_memory=_memory(os.getpid()),
        worker_memory=None if worker.pid is None else _memory(worker.pid),
        kept_runs_memory=run_store().nbytes,
        own_pictures_memory=own_store().nbytes,
        versions={"python": platform.python_version()} | {name: version(name) for name in LIBRARIES},
    )


def _memory(process: int) -> int | None:
    """Resident memory of a process, as Linux tells it."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
