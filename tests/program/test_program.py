"""A program has the network's operations and no others, and its file is refused where it is damaged."""

import json

import numpy as np
import pytest
import torch
from safetensors.numpy import load, save
from torch import nn

from cae.config import ModelConfig
from cae.program.file import dump, parse
from cae.program.steps import Steps
from cae.program.trace import trace
from tests.program.networks import as_program, configs, network


def program(config):
    return as_program(network(config))


@pytest.fixture(scope="module")
def classic():
    return dump(program(ModelConfig((4, 8), code_size=3)))


def test_the_steps_survive_json():
    for config in configs():
        steps = trace(network(config))
        assert Steps.from_dict(json.loads(json.dumps(steps.as_dict()))) == steps


def test_the_operations_are_those_of_the_network_with_its_norms_folded():
    kinds = [one.kind for one in program(ModelConfig((4, 8), code_size=3, dense=5, refine=6)).encode]
    stage = ["convolution", "relu", "max-pool"]
    assert kinds == [*stage, *stage, "linear", "relu", "linear"]
    residual = program(ModelConfig((4, 8), code_size=3, dense=5, residual=2)).encode
    layers = "linear", "relu"
    assert [one.kind for one in residual] == [*stage, *stage, *layers, *(*layers, "add") * 2, "linear"]
    assert [one.numbers["source"] for one in residual if one.kind == "add"] == [7, 10]
    blocks = program(ModelConfig((4, 8), code_size=3, blocks=1)).encode
    block = "convolution", "relu", "add"
    assert [one.kind for one in blocks] == [*stage, *block, *stage, *block, "linear"]
    assert [one.numbers["source"] for one in blocks if one.kind == "add"] == [2, 8]
    decoder = program(ModelConfig((4, 8), code_size=3, refine=6)).decode
    assert [one.kind for one in decoder] == [
        *("linear", "relu"),
        *("max-unpool", "transposed convolution", "relu") * 2,
        *("transposed convolution", "sigmoid"),
    ]
    assert [one.numbers["pool"] for one in decoder if one.kind == "max-unpool"] == [1, 0]


def test_a_trace_leaves_the_network_as_it_was():
    model = network(ModelConfig((4,))).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    trace(model)
    assert model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_an_unknown_layer_is_refused_by_name():
    model = network(ModelConfig((4,)))
    model.decoder.stages[-1].finish = nn.Tanh()
    with pytest.raises(ValueError, match=r"torch\.tanh cannot be part of a program"):
        trace(model)


def test_a_file_comes_back_as_it_was():
    for config in configs():
        content = dump(program(config))
        assert dump(parse(content)) == content


@pytest.mark.parametrize("size", [0, 1, 7, 8, 100, 1000, -1])
def test_a_file_cut_short_is_refused(classic, size):
    with pytest.raises(ValueError, match="This is not a network as a program"):
        parse(classic[:size])


def changed(content, **change):
    """The file with changes to the description of one operation, by its place."""
    tensors = load(content)
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    described = json.loads(header["__metadata__"]["cae.program"])
    for name, value in change.items():
        if name == "tensors":
            tensors |= value
        elif name == "operation":
            place, more = value
            described["operations"][place] |= more
        else:
            described[name] = value
    return save(tensors, {"cae.program": json.dumps(described)})


@pytest.mark.parametrize(
    "change",
    [
        {"version": 1},
        {"picture": [28, 28]},
        {"picture": [28, 28, 2]},
        {"encode": None},
        {"operations": []},
        {"operations": 3},
        {"operation": (0, {"kind": "tanh"})},
        {"operation": (0, {"shape": [28, 28, 5]})},
        {"operation": (0, {"stride": 0})},
        {"operation": (0, {"stride": 2})},
        {"operation": (0, {"padding": "1"})},
        {"operation": (2, {"shape": [28, 28, 4]})},
        {"operation": (9, {"pool": 7})},
        {"operation": (4, {"kind": "add", "source": 0})},
        {"operation": (8, {"kind": "add", "source": 1})},
        {"operation": (8, {"kind": "add", "source": -1})},
        {"operation": (8, {"kind": "add", "source": "0"})},
        {"operation": (8, {"kind": "add"})},
        {"operation": (9, {"pool": 0})},
        {"tensors": {"0.weight": np.zeros((3, 3, 1, 5), np.float32)}},
        {"tensors": {"0.weight": np.full((3, 3, 1, 4), np.nan, np.float32)}},
        {"tensors": {"0.bias": np.zeros(5, np.float32)}},
        {"tensors": {"0.scale": np.zeros(5, np.float32)}},
        {"tensors": {"0.scale": np.full(4, np.inf, np.float32)}},
        {"tensors": {"0.weight": np.zeros((3, 3, 1, 4), np.float64)}},
    ],
    ids=str,
)
def test_a_description_that_does_not_fit_is_refused(classic, change):
    with pytest.raises(ValueError, match="This is not a network as a program"):
        parse(changed(classic, **change))
