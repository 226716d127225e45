"""Slow tasks that all visitors share: each is started once, on a background thread, and any page can wait for it.

The threads are not those of pages and strokes. On Linux they also have a lower priority.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Generic, TypeVar

from cae.data.download import Progress
from cae.inference import one_processor
from cae.jobs.process import NICE
from cae.once import once

__all__ = ["Task"]

T = TypeVar("T")
THREADS = 2  # so that a download that hangs does not block other tasks
POLL = 0.15  # seconds between two progress reports


class Task(Generic[T]):
    """A function that runs on a background thread. It goes on even if the visitor who started it leaves the page."""

    def __init__(self, work: Callable[[Progress], T]) -> None:
        self._now = (0.0, "Waiting for other tasks")
        # A fixed pool of threads, because torch keeps memory for every thread on which it has ever run.
        self._future = _threads().submit(work, self._report)

    def result(self, progress: Progress) -> T:
        """Wait for the result; meanwhile call ``progress`` with share and words, on the caller's thread."""
        while not wait([self._future], timeout=POLL).done:
            progress(*self._now)
        return self._future.result()

    def _report(self, share: float, words: str) -> None:
        self._now = (share, words)


@once
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="task", initializer=_lower_priority)


def _lower_priority() -> None:
    """Give this thread one processor and, on Linux, a lower priority."""
    one_processor()
    if sys.platform == "linux":  # elsewhere nice() would apply to the whole process
        os.nice(NICE)
