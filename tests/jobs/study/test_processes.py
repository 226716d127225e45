"""Processes beside each other find what one process finds, and one that is killed costs its own run alone."""

from dataclasses import asdict, replace

import psutil
import pytest

from cae.config import ModelConfig, TrainConfig
from cae.evaluation.unit import here
from cae.jobs.study.processes import TRIES, processes
from tests.studies import TOLERANCE

TINY = TrainConfig(ModelConfig((2,), code_size=2, unpooling="fixed"), dataset="synthetic", batch_size=200, epochs=4)
CONFIGS = [replace(TINY, seed=seed) for seed in range(4)]


def quiet(share, words):
    """Nobody watches."""


def children():
    """The processes that work for this one."""
    return [one for one in psutil.Process().children() if "cae.jobs.study.worker" in one.cmdline()]


def test_they_find_the_same_also_if_one_of_them_is_killed(digits, worker_compute):
    before, shares, killed = dict(here(worker_compute).units(CONFIGS, digits, quiet)), [], []

    def kill_once(share, words):
        shares.append(share)
        if not killed:
            killed.append(children()[0])  # each of them has a run
            killed[0].kill()

    found = dict(processes(worker_compute, 2).units(CONFIGS, digits, kill_once))
    assert killed and shares[-1] == 1
    assert found.keys() == before.keys()
    for config, unit in found.items():
        assert asdict(unit.figures) == pytest.approx(asdict(before[config].figures), rel=TOLERANCE)
        assert unit.device == before[config].device == str(worker_compute)
    assert not children()


def test_a_run_whose_processes_always_end_ends_the_study_in_a_sentence(digits, worker_compute, monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "/nowhere")  # none of them comes as far as its first line
    with pytest.raises(OSError, match=f"fixed, code 2, seed 0 was killed {TRIES} times"):
        list(processes(worker_compute, 2).units(CONFIGS[:1], digits, quiet))
    assert not children()


def test_a_refused_run_ends_the_study_with_its_sentence(digits, worker_compute):
    with pytest.raises(ValueError, match="batch_size is 1000; the data set has 600 images"):
        list(processes(worker_compute, 2).units([replace(TINY, batch_size=1000)], digits, quiet))
    assert not children()
