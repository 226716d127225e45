"""Slow tasks run once for all who wait, and go on without them."""

import os
import sys
import threading

import pytest
import torch

from cae.jobs.process import NICE
from cae.ui.visitor.tasks import Task


class Left(Exception):
    """What Streamlit does to a script whose visitor has clicked on."""


def leave(share, words):
    raise Left


def silent(share, words):
    pass


def test_the_one_who_waits_hears_how_far_it_is():
    heard, enough = [], threading.Event()

    def work(progress):
        progress(0.5, "Half of it")
        enough.wait(10)
        return "done"

    def listen(share, words):
        heard.append((share, words))
        if words == "Half of it":
            enough.set()

    assert Task(work).result(listen) == "done"
    assert heard[-1] == (0.5, "Half of it")


def test_the_work_goes_on_when_the_visitor_leaves():
    begun, enough = [], threading.Event()

    def work(progress):
        begun.append(1)
        enough.wait(10)
        return "done"

    task = Task(work)
    with pytest.raises(Left):
        task.result(leave)
    enough.set()
    assert task.result(silent) == "done"
    assert begun == [1]


def test_a_failure_comes_to_everyone_who_asks():
    def work(progress):
        raise OSError("no such luck")

    task = Task(work)
    for _ in range(2):
        with pytest.raises(OSError, match="no such luck"):
            task.result(silent)


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own on Linux only")
def test_the_work_comes_after_the_pages_and_takes_one_processor():
    def priority():
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = priority()
    there, processors = Task(lambda progress: (priority(), torch.get_num_threads())).result(silent)
    assert there == min(19, before + NICE) and processors == 1
    assert priority() == before
