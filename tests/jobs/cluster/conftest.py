"""A training service on a real Ray cluster of two nodes, with a place for one run on each."""

import sys

import psutil
import pytest

from cae.environment import Rules
from tests.jobs.patience import until

FAULTY = (sys.executable, "-m", "tests.jobs.cluster.faulty_driver", "faulty")
DEAD = (sys.executable, "-m", "tests.jobs.cluster.faulty_driver", "dead")
BUSY = 0.2  # seconds of processor time after which an actor is known to train
IMPATIENT = Rules(waiting_limit=4, pause_limit=60, stop_patience=3, grace_in_line=0.3, grace=1.5, remember=10)


@pytest.fixture(scope="module")
def shared(serving, two_nodes):
    """A service with little patience, on a cluster in which some runs meet a full GPU."""
    with serving(IMPATIENT, cluster=two_nodes.address, driver=FAULTY) as visits:
        yield visits


@pytest.fixture
def visits(shared):
    yield shared
    shared.clear()


def actors():
    """The processes of all actors on this machine."""
    return [one for one in psutil.process_iter(["cmdline"]) if _is_actor(" ".join(one.info["cmdline"] or ()))]


def training_actor():
    """The process of the actor that trains, if only one does."""
    seen = {one: sum(one.cpu_times()[:2]) for one in actors()}

    def busy():
        return [one for one, before in seen.items() if one.is_running() and sum(one.cpu_times()[:2]) - before > BUSY]

    return until(busy)[0]


def _is_actor(words):
    return words.startswith("ray::") and "Actor" in words
