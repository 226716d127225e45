"""A study that was interrupted goes on from its file, with what fits and nothing else."""

import json
from dataclasses import replace

import pytest
import torch

from cae.config import ModelConfig, TrainConfig
from cae.data.datasets import Dataset
from cae.device import Compute
from cae.evaluation.kept_units import keeping
from cae.evaluation.unit import Place, here

TINY = TrainConfig(ModelConfig((2,), code_size=2, unpooling="fixed"), dataset="synthetic", batch_size=200)
CONFIGS = [replace(TINY, seed=seed) for seed in range(3)]


class Counting:
    """A place that remembers what it was asked for."""

    def __init__(self, device="here"):
        self.asked = []
        self.place = Place(device, self._units)

    def _units(self, configs, dataset, progress):
        self.asked += configs
        yield from here(Compute(torch.device("cpu"))).units(configs, dataset, progress)


@pytest.fixture
def few(digits):
    return Dataset("synthetic", digits.train[:200], digits.validation[:20], digits.test[:20])


@pytest.fixture
def resumed(few, tmp_path):
    """A function: configs, and what is unlike the first time → the units, what was computed, how many were taken."""

    def resume(configs, dataset=few, quick=False, device="here"):
        counting, taken = Counting(device), []
        place = keeping(counting.place, tmp_path / "part", quick, lambda count, of: taken.append((count, of)))
        return dict(place.units(configs, dataset, lambda share, words: None)), counting.asked, taken

    return resume


def test_a_second_time_only_what_is_missing_is_computed(resumed):
    first, asked, taken = resumed(CONFIGS[:2])
    assert (asked, taken) == (CONFIGS[:2], [(0, 2)])
    second, asked, taken = resumed(CONFIGS)
    assert (asked, taken) == (CONFIGS[2:], [(2, 3)])
    assert second.keys() == set(CONFIGS) and second.items() >= first.items()
    assert resumed(CONFIGS) == (second, [], [(3, 3)])


def test_units_of_other_circumstances_are_ignored(resumed, few):
    resumed(CONFIGS[:1])
    images = few.train.images.clone()
    images[0, 0, 0, 0] ^= 1
    other = replace(few, train=replace(few.train, images=images))  # with the same name
    for unlike in ({"quick": True}, {"device": "elsewhere"}, {"dataset": other}):
        assert resumed(CONFIGS[:1], **unlike)[1] == CONFIGS[:1]
    longer = replace(CONFIGS[0], epochs=2)
    assert resumed([longer])[1] == [longer]
    assert resumed(CONFIGS[:1])[1] == []


def test_a_line_that_cannot_be_read_costs_its_own_unit_alone(resumed, tmp_path):
    whole, _, _ = resumed(CONFIGS)
    path = tmp_path / "part"
    lines = path.read_bytes().splitlines(keepends=True)
    told = json.loads(lines[0])
    strange = [{**told, "format": 0}, {**told, "unit": None}, {**told, "config": 1}, [], None, "text"]
    broken = [b"\x00\xff{\n", b"\n", *(json.dumps(one).encode() + b"\n" for one in strange)]
    torn = lines[2][: len(lines[2]) // 2]  # a process was killed while it wrote
    path.write_bytes(b"".join([*broken, lines[1], torn]))
    again, asked, _ = resumed(CONFIGS)
    assert asked == [CONFIGS[0], CONFIGS[2]]
    assert again == whole
    assert resumed(CONFIGS)[1] == []


def test_what_was_measured_before_a_run_diverged_is_in_the_file(resumed):
    wild = replace(
        TINY, learning_rate=1.0, epochs=20, schedule="constant", model=replace(TINY.model, unpooling="transpose")
    )
    with pytest.raises(ValueError, match="Lower --learning-rate"):
        resumed([CONFIGS[0], wild])
    assert resumed(CONFIGS[:1])[1] == []
