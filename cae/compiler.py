"""The machine's C compiler."""

from __future__ import annotations

import os
import shlex
import shutil

__all__ = ["COMPILERS", "compiler"]

COMPILERS = ("cc", "gcc", "clang")


def compiler() -> list[str] | None:
    """The words of the command that compiles C: those of ``CC``, or else a usual one. None if it is not there."""
    command = shlex.split(os.environ.get("CC", "")) or [next(filter(shutil.which, COMPILERS), "")]
    return command if shutil.which(command[0]) else None
