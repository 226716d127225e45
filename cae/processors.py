"""How many processors this process may use: a container often has fewer than its machine."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

__all__ = ["processors"]


def processors(told: Path = Path("/proc/self/cgroup"), root: Path = Path("/sys/fs/cgroup")) -> int:
    """Processors for this process, at least 1: those that it may run on, or fewer if Linux gives it less time.

    A container's limit (``docker run --cpus 2``) is a quota of time: its processes still see all processors of the
    machine. With a thread for each of them they use up the quota at once, and stand still for the rest of each period.

    ``told`` says in which control groups the process is, below ``root``; see cgroups(7). The groups around them count,
    too: the tightest limit rules.
    """
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([there, *(math.ceil(limit) for limit in _limits(told, root))]))


def _limits(told: Path, root: Path) -> Iterator[float]:
    """The limits of time, each as a number of processors."""
    for group in _groups(told, root):
        with suppress(OSError, ValueError):  # no limit is "max 100000" in version 2, and -1 in version 1
            quota, period = map(int, (group / "cpu.max").read_text().split())
            yield quota / period
        with suppress(OSError, ValueError):
            quota, period = (int((group / f"cpu.cfs_{name}_us").read_text()) for name in ("quota", "period"))
            if quota > 0:
                yield quota / period


def _groups(told: Path, root: Path) -> Iterator[Path]:
    """The folders of the groups that limit the time, and of those around them. Some may not be there."""
    with suppress(OSError):
        for line in told.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers:  # version 2, alone or beside version 1
                mounts = [root, root / "unified"]
            elif "cpu" in controllers.split(","):
                mounts = [root / controllers, root / "cpu"]
            else:
                continue
            inside = Path(path.lstrip("/"))
            for mount in mounts:
                yield from (mount / one for one in (inside, *inside.parents))
