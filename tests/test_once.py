"""What all visitors share is made once, also for those who come at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cae.once import once


def test_many_threads_at_once_get_the_same_and_it_is_made_once():
    together, made = threading.Barrier(8), []
    go_on = threading.Event()

    @once
    def slow():
        made.append(object())
        go_on.wait(0.2)  # the others ask meanwhile
        return made[-1]

    def ask():
        together.wait()
        return slow()

    with ThreadPoolExecutor(8) as threads:
        found = {id(one.result()) for one in [threads.submit(ask) for _ in range(8)]}
    assert len(made) == len(found) == 1


def test_what_failed_is_tried_again():
    attempts = []

    @once
    def unlucky():
        attempts.append(1)
        if len(attempts) == 1:
            raise OSError("not yet")
        return len(attempts)

    with pytest.raises(OSError, match="not yet"):
        unlucky()
    assert unlucky() == unlucky() == 2
