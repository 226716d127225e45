"""Checksums of files: computed once, then remembered in the user's cache for as long as a file does not change."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import suppress
from pathlib import Path

from cae.files import cache_folder, write_whole

__all__ = ["is_damaged", "md5_of", "remember"]

MEMORY = "checksums.json"  # path → [MD5, size, time of the last change in nanoseconds]
MOST = 1000  # files remembered


def is_damaged(path: Path, md5: str = "") -> bool:
    """Whether the content of the file differs from this MD5, or without one, from what it was after its download.

    A file without either sum passes.
    """
    known = md5 or (_recall(path) or [""])[0]
    return bool(known) and md5_of(path) != known


def md5_of(path: Path) -> str:
    """The MD5 of the file, from memory if its size and time of change are the same as then."""
    told = _recall(path)
    return told[0] if told and told[1:] == _state(path) else remember(path)


def remember(path: Path) -> str:
    """Compute the file's MD5 and remember it."""
    with path.open("rb") as file:
        md5 = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    with _lock:
        memory = {**_read(), str(path.resolve()): [md5, *_state(path)]}
        folder = cache_folder()
        if folder is not None:
            with suppress(OSError):  # a full disk: then it is computed again the next time
                there = [(name, told) for name, told in memory.items() if Path(name).exists()]
                newest = dict(there[-MOST:])
                write_whole(folder / MEMORY, json.dumps(newest).encode())
    return md5


def _state(path: Path) -> list[int]:
    about = path.stat()
    return [about.st_size, about.st_mtime_ns]


def _recall(path: Path) -> list | None:  # type: ignore[type-arg]
    return _read().get(str(path.resolve()))


def _read() -> dict[str, list]:  # type: ignore[type-arg]
    folder = cache_folder()
    if folder is None:
        return {}
    try:
        told = json.loads((folder / MEMORY).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


_lock = threading.Lock()
