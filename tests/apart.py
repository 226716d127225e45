"""Test processes that have torch: forked from a server process that imported it once and has no threads."""

import multiprocessing
import resource
import sys
from contextlib import suppress

apart = multiprocessing.get_context("forkserver")
apart.set_forkserver_preload(
    ["pytest", "cae.runs.checkpoint", "cae.cli", "cae.drawing.digit", "cae.drawing.picture_file"]
)


def answer(work, *args):
    """What ``work(*args)`` returns in a process of its own. ``EOFError`` where that process dies of it."""
    here, there = apart.Pipe(duplex=False)
    process = apart.Process(target=_tell, args=(there, work, args))
    process.start()
    there.close()
    try:
        return here.recv()
    finally:
        process.join()


def memory(work, items):
    """How far the most memory that this process ever had goes up, in bytes, while it does ``work`` on each item,
    refused or not; and how far while it fills 100 MB more than that, as a test of the measure."""
    before = _height()
    for item in items:
        with suppress(ValueError, OSError):
            work(item)
    after = _height()
    bytearray(b"\1") * (after - before + 100_000_000)
    return after - before, _height() - before


def _height():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _tell(there, work, args):
    there.send(work(*args))
