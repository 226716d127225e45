"""Atomic file writes: after a crash, a file is complete or unchanged."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from cae.environment import environment

if sys.platform != "win32":
    import fcntl

__all__ = ["cache_folder", "replacing", "write_whole"]

PREFIX, SUFFIX = ".cae-", ".part"


def cache_folder() -> Path | None:
    """This user's cache folder. None if another user could change what is in it: libraries are run from it.

    So it belongs to this user alone, and no other user can put another folder in its place.
    """
    cache = environment().cache_dir
    if cache is None:
        return None
    with suppress(OSError, AttributeError):
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        cache = cache.resolve()
        about = cache.stat()
        mine = about.st_uid == os.getuid() and not about.st_mode & 0o022 and os.access(cache, os.W_OK)
        if mine and all(map(_keeps_its_names, cache.parents)):
            return cache
    return None


def _keeps_its_names(folder: Path) -> bool:
    """Whether only this user and the system's can rename what this user has in the folder.

    A group that may write is trusted: on many systems each user has a group of their own.
    """
    about = folder.stat()
    return about.st_uid in (0, os.getuid()) and (not about.st_mode & stat.S_IWOTH or bool(about.st_mode & stat.S_ISVTX))


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` to the file ``path``. If that fails, raises ``OSError`` and leaves the file as it was."""
    with replacing(path) as file:
        file.write(content)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Yield a new file; it replaces ``path`` if the block succeeds and is deleted otherwise.

    Missing folders are made. What killed processes left in the folder is swept. Raises ``OSError``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():  # least of all may /dev/null become a file
        raise OSError(errno.EEXIST, "This is not a file that could be replaced", str(path))
    _sweep(path.parent)
    scratch = path.parent / f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}"
    try:
        with _locked(scratch) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if sys.platform == "win32":
                file.close()  # there, an open file keeps its name
            scratch.replace(path)  # still locked, so that no sweep comes in between
    except BaseException as error:
        with suppress(OSError):
            scratch.unlink()
        if isinstance(error, OSError) and error.errno and str(error.filename or scratch) == str(scratch):
            raise OSError(error.errno, error.strerror, str(path)) from error  # of the name that a person knows
        raise
    _sync(path.parent)


def _locked(path: Path) -> BinaryIO:
    """A new file, locked for as long as it is open. The umask says who may read it."""
    while True:
        file = path.open("xb")
        if sys.platform != "win32":
            with suppress(OSError):  # no locks on this file system: then nothing is swept there, either
                fcntl.flock(file, fcntl.LOCK_EX)
        if path.exists():
            return file
        file.close()  # a sweep took it before it was locked


def _sweep(folder: Path) -> None:
    """Remove the temporary files that nobody has locked: their processes were killed.

    A lock ends with its process, whatever ended that, and never before. An age would be a guess at how long the
    slowest disk takes, and a process number means another process after a restart or in another container.
    """
    if sys.platform == "win32":
        return
    for path in filter(Path.is_file, folder.glob(f"{PREFIX}*{SUFFIX}")):
        with suppress(OSError), path.open("rb") as file:  # locked, another user's, or swept by another process
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def _sync(folder: Path) -> None:
    """Flush the folder, so that the new name survives a power cut. Not all systems can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
