"""``noise``, of files, links and commands from before there were kinds of corruption, means what it meant."""

import dataclasses
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from cae import cli, commands
from cae.config import LATER, ModelConfig, TrainConfig
from cae.runs import checkpoint
from cae.runs.run import Run
from cae.training.loop import initialised


def old(config, noise, without=()):
    """The config as an older version wrote it."""
    values = dataclasses.asdict(config)
    del values["corruption"], values["strength"]
    values["noise"] = noise
    for name in without:
        values.pop(name, None)
        values["model"].pop(name, None)
    return json.loads(json.dumps(values))


def meaning(noise):
    """What such a config means now."""
    return {"corruption": "gaussian", "strength": noise} if noise else {}


configs = some.builds(
    TrainConfig,
    some.builds(ModelConfig, some.sampled_from([(4,), (16, 32)]), some.sampled_from([None, 1, 32])),
    epochs=some.integers(1, 100),
    seed=some.integers(0, 2**31 - 1),
)


@given(configs, some.floats(0, 1), some.sets(some.sampled_from(sorted(LATER - {"corruption", "strength"}))))
def test_every_old_config_is_read_as_what_it_was(config, noise, missing):
    assert TrainConfig.from_dict(old(config, noise, missing)) == replace(config, **meaning(noise))


@pytest.mark.parametrize("noise", [-0.1, 1.5, "0.3", None, True, [0.3]])
def test_a_noise_that_was_never_allowed_is_refused(noise):
    with pytest.raises(ValueError, match=r"^strength is .*; it must be a number from 0 to 1"):
        TrainConfig.from_dict(old(TrainConfig(), noise))


def test_noise_and_a_corruption_do_not_stand_together():
    with pytest.raises(ValueError, match="give only one"):
        TrainConfig.from_dict({**TrainConfig().as_dict(), "noise": 0.3})


def test_an_old_file_is_read(monkeypatch):
    config = TrainConfig(ModelConfig((2,)), "synthetic", corruption="gaussian", strength=0.3)
    weights = {name: value.numpy() for name, value in initialised(config).state_dict().items()}
    with monkeypatch.context() as before:
        before.setattr(TrainConfig, "as_dict", lambda config: old(replace(config, corruption="none"), 0.3))
        content = checkpoint.dump(Run(config, weights=weights))
    assert b"noise" in content and b"corruption" not in content
    assert checkpoint.parse(content).config == config


@pytest.mark.parametrize(("words", "noise"), [("0.3", 0.3), ("0", 0.0), ("1", 1.0)])
def test_an_old_command_means_the_same(words, noise):
    options = cli._options(["train", "--noise", words, "--epochs", "2"])
    assert commands.config_of(options) == replace(TrainConfig(epochs=2), **meaning(noise))


@pytest.mark.parametrize("flags", [["--noise", "2"], ["--noise", "x"], ["--noise", ".3", "--corruption", "blur"]])
def test_a_bad_noise_is_refused_in_a_sentence(flags, capsys):
    assert cli.main(["train", *flags]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith(("noise ", "strength "))


def sidebar():
    import streamlit as st

    from cae.ui.parts.settings_widgets import train_config

    st.session_state["config"] = train_config()


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ({"noise": "0.3"}, {"corruption": "gaussian", "strength": 0.3}),
        ({"noise": "0"}, {}),
        ({"noise": "7"}, {}),
        ({"noise": "abc"}, {}),
        ({"noise": "0.3", "corruption": "blur"}, {"corruption": "blur", "strength": 0.3}),
    ],
)
def test_an_old_link_means_the_same(query, meant):
    page = AppTest.from_function(sidebar, default_timeout=30)
    for name, value in query.items():
        page.query_params[name] = value
    assert page.run().session_state["config"] == TrainConfig(**meant)
    assert "noise" not in page.query_params
