"""What many tests share: a thousand small digits, the real MNIST, and one thread for all arithmetic."""

import os
import sys
from pathlib import Path

import pytest
import torch

from cae.data import datasets, sums
from cae.data.datasets import Dataset, Split
from cae.data.synthetic import digits as draw
from cae.device import Compute, choose
from cae.runs.run import Run
from cae.training.loop import train
from tests.cluster import cluster
from tests.needs import need

MAIN = sys.modules["__main__"]


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(autouse=True, scope="session")
def own_checksums(tmp_path_factory):
    """The checksums of files that tests make are remembered in a file that goes with them."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sums, "cache_folder", lambda: folder)
        yield


@pytest.fixture(autouse=True)
def main_module():
    """Give ``__main__`` back after a test: Streamlit's AppTest leaves its script there, and a new process runs that."""
    yield
    sys.modules["__main__"] = MAIN


@pytest.fixture(scope="session")
def worker_compute():
    """What a worker on this machine chooses for one thread: its precision depends on the processor."""
    return choose("cpu", threads=1)


@pytest.fixture(scope="session")
def digits():
    """1,000 drawn digits: 600 to train on, 200 for validation, 200 to test."""
    everything = Split(*draw(1000, seed=1))
    return Dataset("synthetic", everything[:600], everything[600:800], everything[800:])


@pytest.fixture(scope="session")
def mnist():
    """The real data set, all of it."""
    folder = os.environ.get("CAE_DATA_DIR")
    need(folder, "set CAE_DATA_DIR to a folder with MNIST in torchvision's layout")
    need(datasets.is_present("mnist", Path(folder)), f"no MNIST in {folder}: run python -m cae data --dataset mnist")
    return datasets.load("mnist", Path(folder))


@pytest.fixture(scope="session")
def two_nodes():
    """A Ray cluster of two nodes on this machine, each with a processor for one run. A test adds what it takes away."""
    with cluster() as there:
        there.add_node()
        yield there


@pytest.fixture
def few_digits(monkeypatch):
    """The data set called synthetic, but small: what it is made of stays the same."""
    monkeypatch.setattr(datasets, "SYNTHETIC_IMAGES", {"train": 600, "validation": 200, "test": 200})


@pytest.fixture
def no_network(monkeypatch):
    """Every download, here and in child processes, goes to a port where nobody listens."""
    for scheme in ("http", "https"):
        monkeypatch.setenv(f"{scheme}_proxy", "http://127.0.0.1:9")
        monkeypatch.delenv(f"{scheme.upper()}_PROXY", raising=False)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def run_of():
    """A function: config, data set, what to watch → the run that comes of it on the CPU in float32."""

    def run(config, dataset, watch=None, compute=None):
        after = Run(config)
        for event in train(config, dataset, compute=compute or Compute(torch.device("cpu")), watch=watch):
            after = after.after(event)
        return after

    return run
