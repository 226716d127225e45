"""Compiles ``loops/*.c`` to a library for this processor, when a process first trains.

The machine's C compiler takes about two seconds. The library is cached in the user's cache folder. Its name is a hash
of all that it depends on: source, compiler and processor.
"""

from __future__ import annotations

import ctypes
import hashlib
import logging
import os
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from cae.compiler import compiler
from cae.files import cache_folder, write_whole

__all__ = ["compiled"]

LOOPS = Path(__file__).parent / "loops"
# Sums may be reordered, as in every fast library. NaN must stay NaN: -ffast-math would not
# promise it, and would round tiny numbers to nothing in the whole process.
FLAGS = (
    *("-std=gnu11", "-O3", "-march=native", "-fopenmp", "-shared", "-fPIC", "-Wl,-Bsymbolic", "-lm"),
    *("-fno-math-errno", "-fno-trapping-math", "-fno-signed-zeros", "-fassociative-math"),
)
PATIENCE = 60  # seconds for the compiler

log = logging.getLogger(__name__)


def compiled() -> ctypes.CDLL | None:
    """The library; None if it cannot be compiled."""
    command = compiler()
    if command is None:
        return None
    try:
        name, cache = _name(command), cache_folder()
        if cache is not None:
            with suppress(OSError):  # it is not there yet, or damaged
                return ctypes.CDLL(str(cache / name))
        return _compile(command, name, cache)
    except (OSError, subprocess.SubprocessError) as problem:
        log.info("No kernels: %s", problem)
        return None


def _name(command: list[str]) -> str:
    """A name from a hash of the source, the flags, and the compiler's options for this processor."""
    how = [*command, *FLAGS, "-E", "-v", "-x", "c", os.devnull, "-o", os.devnull]
    said = subprocess.run(how, check=True, capture_output=True, timeout=PATIENCE)
    told = b"".join([said.stderr, *(path.read_bytes() for path in sorted(LOOPS.iterdir()))])
    return f"kernels-{hashlib.sha256(told).hexdigest()[:24]}.so"


def _compile(command: list[str], name: str, cache: Path | None) -> ctypes.CDLL:
    """Compile the library and copy it to the cache. Raises ``OSError`` or ``SubprocessError``."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        library = Path(folder, name)
        words = [*command, *map(str, sorted(LOOPS.glob("*.c"))), "-o", str(library), *FLAGS]
        subprocess.run(words, check=True, capture_output=True, timeout=PATIENCE)
        if cache is not None:
            with suppress(OSError):  # a full disk: then the next process compiles again
                write_whole(cache / name, library.read_bytes())
        return ctypes.CDLL(str(library))
