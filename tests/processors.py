"""Leave processors to the tests that run at the same time."""

import os
from contextlib import contextmanager


@contextmanager
def one_processor():
    """All threads and processes that begin in here stay on one processor: a run that goes on and on needs no more."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
