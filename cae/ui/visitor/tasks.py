"""Slow work that all visitors share: started once, done on threads of its own, watched by whoever waits for it.

Pages and strokes do not wait for it: its threads are not theirs, and where threads have priorities, it comes last.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from typing import Generic, TypeVar

from cae.data.download import Progress
from cae.inference import one_processor
from cae.jobs.process import NICE

__all__ = ["Task"]

T = TypeVar("T")
AT_ONCE = 2  # a download that hangs leaves room for what needs none
PAUSE = 0.15  # seconds between two looks


class Task(Generic[T]):
    """Work that has begun. It goes on though the visitor who asked for it leaves or clicks on."""

    def __init__(self, work: Callable[[Progress], T]) -> None:
        self._now = (0.0, "Waiting for a turn")
        # Always the same few threads, for torch keeps memory for every thread that it has ever run on.
        self._future = _threads().submit(work, self._report)

    def result(self, progress: Progress) -> T:
        """What came of it; until then ``progress`` hears, in the caller's own thread, how far it is."""
        while not wait([self._future], timeout=PAUSE).done:
            progress(*self._now)
        return self._future.result()

    def _report(self, share: float, words: str) -> None:
        self._now = (share, words)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="task", initializer=_behind)


def _behind() -> None:
    """Make this thread one that others go before."""
    one_processor()
    if sys.platform == "linux":  # elsewhere it would be the priority of the whole process
        os.nice(NICE)
