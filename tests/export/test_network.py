"""The exported source is a network of its own: without this project, it computes and begins as the run's does."""

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from cae.config import ModelConfig
from cae.export.folder import export
from cae.export.layers import name_layers, rename
from cae.program.trace import trace
from cae.runs import checkpoint
from cae.training.loop import initialised
from tests.export.bare import run_with, site
from tests.export.networks import pictures_for, run_of

OUTSIDE = Path(__file__).with_name("outside.py")


@pytest.fixture(scope="module")
def results(every, folders, tmp_path_factory):
    """Name → what the exported network made of chance pictures, in a Python that has PyTorch and safetensors only."""
    bare = tmp_path_factory.mktemp("bare")
    site(bare)
    for name, (run, _) in every.items():
        save_file({"pictures": pictures_for(run)}, folders[name] / "pictures.safetensors")
    run_with(bare, OUTSIDE, *folders.values())
    return {name: torch.load(folder / "results.pt", weights_only=True) for name, folder in folders.items()}


def test_it_reconstructs_what_the_app_does_without_the_app(every, results):
    for name, (run, _) in every.items():
        with torch.inference_mode():
            code, switches = (model := checkpoint.build(run)).encode(pictures := pictures_for(run))
            expected = {"code": code, "decoded": model.decode(code, switches), "forward": model(pictures)}
        for what, wanted in expected.items():
            torch.testing.assert_close(results[name][what], wanted, rtol=0, atol=1e-6, msg=f"{name}: {what}")


def test_training_begins_with_the_weights_of_the_run(every, results):
    for name, (run, _) in every.items():
        if run.config.seed == 5:  # as in that Python
            own = initialised(run.config).state_dict()
            layers = name_layers(trace(checkpoint.build(run)), run.weights)
            expected = rename(layers, {key: value.numpy() for key, value in own.items()})
            found = results[name]["untrained"]
            assert found.keys() == expected.keys() and len(found) == len(own)
            for key, value in expected.items():
                np.testing.assert_array_equal(found[key].numpy(), value, f"{name}: {key}")


def test_the_source_reads_as_if_a_person_had_written_it(folders):
    sources = [folder / "network.py" for folder in folders.values()]
    sources += [folder / "example.py" for folder in folders.values()]
    ruff = [sys.executable, "-m", "ruff"]
    alone = ["--isolated", "--line-length=120", "--no-cache"]
    checked = [*ruff, "check", *alone, "--select=E,F,W,UP,B,SIM,RET", *sources]
    formatted = [*ruff, "format", "--check", *alone, *sources]
    for command in (checked, formatted):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (ModelConfig((3,)), {"switches1", "max_unpool2d", "F.relu"}),
        (ModelConfig((3,), unpooling="fixed", activation="silu"), {"place_top_left", "F.silu"}),
        (ModelConfig((3,), code_size=4, unpooling="transpose", pooling="stride"), {"nn.Linear", "stride=2"}),
        (ModelConfig((3,), code_size=4, beta=1.0), {"posterior", "switches1", "max_unpool2d", "nn.Linear", "F.relu"}),
    ],
)
def test_it_says_nothing_of_what_the_network_does_not_have(config, words):
    source = export(run_of(config))["network.py"].decode()
    known = {"switches1", "max_unpool2d", "place_top_left", "F.silu", "F.relu", "nn.Linear", "posterior", "stride=2"}
    relu = {"F.relu"} if config.activation == "relu" else set()
    assert {word for word in known if word in source} == words | relu
    assert not any(isinstance(node, ast.If | ast.IfExp | ast.For | ast.While) for node in ast.walk(ast.parse(source)))
