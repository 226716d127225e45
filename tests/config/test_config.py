"""A config is valid, or is refused with a sentence; it survives JSON and the command line."""

import json
import math
import re
import shlex
from dataclasses import FrozenInstanceError, asdict, fields, replace

import pytest

from cae import cli, commands
from cae.config import LATER, ModelConfig, TrainConfig, command
from cae.config.model_config import MAX_PARAMETERS
from cae.config.settings import settings, written

UNUSUAL = TrainConfig(
    model=ModelConfig(channels=(8, 16, 24), code_size=32, unpooling="fixed", beta=0.5),
    dataset="fashion-mnist",
    epochs=7,
    batch_size=96,
    learning_rate=0.00123456789,
    schedule="constant",
    optimizer="muon",
    warp=0.75,
    corruption="gaussian",
    strength=0.25,
    seed=2**31 - 1,
)

BAD = [
    (ModelConfig, "channels", [(), (1, 2, 3, 4, 5), (0,), (129,), (16.0,), "16"]),
    (ModelConfig, "code_size", [0, 513, -1, 1.5, "8"]),
    (ModelConfig, "unpooling", ["", "bilinear", None]),
    (ModelConfig, "pooling", ["average", None]),
    (ModelConfig, "activation", ["gelu", None]),
    (ModelConfig, "dense", [0, 1025, 1.5, "8"]),
    (ModelConfig, "residual", [-1, 5, 0.5, None]),
    (ModelConfig, "blocks", [-1, 3, 0.5, None]),
    (ModelConfig, "beta", [-0.001, 10.001, math.nan, math.inf, "1"]),
    (ModelConfig, "refine", [0, 129, 1.5, "8"]),
    (TrainConfig, "dataset", ["cifar", "MNIST", None]),
    (TrainConfig, "epochs", [0, 101, 1.0, True]),
    (TrainConfig, "batch_size", [7, 1025, None]),
    (TrainConfig, "learning_rate", [0.0, 1.0000001, math.nan, math.inf, 1e6, 10**400]),
    (TrainConfig, "schedule", ["cosine"]),
    (TrainConfig, "optimizer", ["sgd", "Adam", None]),
    (TrainConfig, "warp", [-0.001, 3.001, math.nan]),
    (TrainConfig, "corruption", ["", "Gaussian", "noise", None]),
    (TrainConfig, "strength", [-0.001, 1.001, math.nan]),
    (TrainConfig, "seed", [-1, 2**31, 0.5]),
]


def test_every_setting_is_tried_with_bad_values():
    assert {(config, name) for config, name, _ in BAD} == {
        (config, field.name) for config in (ModelConfig, TrainConfig) for field, _ in settings(config)
    }


@pytest.mark.parametrize(
    ("config", "name", "value"), [(config, name, value) for config, name, values in BAD for value in values]
)
def test_a_bad_value_is_refused_with_its_name_its_value_and_what_is_allowed(config, name, value):
    domain = next(about.domain for field, about in settings(config) if field.name == name)
    with pytest.raises(ValueError) as refusal:
        config(**{name: value})
    message = str(refusal.value)
    assert message.startswith(f"{name} is {written(value)[:57]}")
    assert message.endswith(f"it must be {domain}.")


def test_there_are_no_switches_without_a_pooling():
    with pytest.raises(ValueError, match=r"^pooling is stride; it must be max where unpooling is switches"):
        ModelConfig(pooling="stride", unpooling="switches")
    for unpooling in ("fixed", "transpose"):
        assert ModelConfig(pooling="stride", unpooling=unpooling).switch_bits == 0


def allowed_by(refusal):
    return int(re.search(r"it must be at most (\d+): ", str(refusal.value))[1])


def test_a_dense_layer_stands_beside_a_code_and_makes_no_network_too_large():
    with pytest.raises(ValueError, match=r"^dense is 8; it must be none where code_size is none"):
        ModelConfig(dense=8)
    with pytest.raises(
        ValueError, match=r"^dense is 1024; after channels 64,128 it must be at most (\d+): "
    ) as refusal:
        ModelConfig((64, 128), 2, dense=1024)
    most = allowed_by(refusal)
    assert ModelConfig((64, 128), 2, dense=most).parameters <= MAX_PARAMETERS
    with pytest.raises(ValueError):
        ModelConfig((64, 128), 2, dense=most + 1)


def test_residual_layers_follow_a_dense_layer_and_make_no_network_too_large():
    with pytest.raises(ValueError, match=r"^residual is 2; it must be 0 where dense is none"):
        ModelConfig(code_size=8, residual=2)
    with pytest.raises(ValueError, match=r"^residual is 3; after .* at most 1: .* at most 5 million parameters\.$"):
        ModelConfig((16, 32), 8, dense=800, residual=3)
    assert ModelConfig((16, 32), 8, dense=800, residual=1).parameters <= MAX_PARAMETERS
    with pytest.raises(ValueError, match=r"^dense is 1024; after channels 64,128"):  # also without a residual layer
        ModelConfig((64, 128), 2, dense=1024, residual=1)


def test_residual_blocks_make_no_network_too_large():
    with pytest.raises(ValueError, match=r"^blocks is 2; after channels 128,128 it must be at most 1: "):
        ModelConfig((128, 128), 300, blocks=2)
    assert ModelConfig((128, 128), 300, blocks=1).parameters <= MAX_PARAMETERS
    assert ModelConfig((128,) * 4, blocks=2, refine=128).parameters <= MAX_PARAMETERS  # without a code no bound


def test_a_kl_term_needs_a_code_and_makes_no_network_too_large():
    with pytest.raises(ValueError, match=r"^beta is 1; it must be 0 where code_size is none"):
        ModelConfig(beta=1.0)
    for name, given in (("code_size", {"code_size": 512}), ("dense", {"code_size": 16, "dense": 1024})):
        with pytest.raises(ValueError, match=r"it must be at most (\d+): ") as refusal:
            ModelConfig((128, 128), **given, beta=1.0)
        most = allowed_by(refusal)
        assert ModelConfig((128, 128), **{**given, name: most}, beta=1.0).parameters <= MAX_PARAMETERS
        with pytest.raises(ValueError):
            ModelConfig((128, 128), **{**given, name: most + 1}, beta=1.0)


def test_a_value_just_out_of_range_is_not_rounded_into_it_by_the_message():
    with pytest.raises(ValueError, match=r"learning_rate is 1\.0000001;"):
        TrainConfig(learning_rate=1.0000001)


@pytest.mark.parametrize("value", [None, "classic", {}, ModelConfig, TrainConfig()], ids=repr)
def test_a_run_needs_a_network(value):
    with pytest.raises(ValueError, match=r"^model is .*; it must be a ModelConfig\.$"):
        TrainConfig(model=value)


@pytest.mark.parametrize("unpooling", ["switches", "fixed", "transpose"])
@pytest.mark.parametrize("channels", [(128,), (1, 128), (128, 128), (90, 128)])
def test_a_network_too_large_is_refused_with_the_largest_code_that_fits(channels, unpooling):
    with pytest.raises(
        ValueError, match=rf"^code_size is 512; after channels {written(channels)} it must be"
    ) as refusal:
        ModelConfig(channels, 512, unpooling)
    most = allowed_by(refusal)
    assert MAX_PARAMETERS * 0.98 < ModelConfig(channels, most, unpooling).parameters <= MAX_PARAMETERS
    with pytest.raises(ValueError, match=f"code_size is {most + 1}; .* at most {most}"):
        ModelConfig(channels, most + 1, unpooling)


@pytest.mark.parametrize("unpooling", ["switches", "fixed", "transpose"])
@pytest.mark.parametrize("stages", [1, 2, 3, 4])
def test_without_a_code_size_every_network_is_small_enough(stages, unpooling):
    assert ModelConfig((128,) * stages, None, unpooling).parameters < MAX_PARAMETERS / 4


def test_a_config_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        UNUSUAL.epochs = 3
    with pytest.raises(FrozenInstanceError):
        UNUSUAL.model.code_size = 3


@pytest.mark.parametrize("config", [TrainConfig(), UNUSUAL])
def test_a_config_survives_json(config):
    assert TrainConfig.from_dict(json.loads(json.dumps(config.as_dict()))) == config


@pytest.mark.parametrize("part", [(), ("model",)], ids=["run", "model"])
def test_unknown_and_missing_fields_are_refused(part):
    def with_part(change):
        values = TrainConfig().as_dict()
        change(values["model"] if part else values)
        return values

    names = {field.name for field in fields(ModelConfig if part else TrainConfig)} - LATER
    bad = [with_part(lambda values: values.update(dropout=0.5))]
    bad += [with_part(lambda values, name=name: values.pop(name)) for name in names]
    for values in bad:
        with pytest.raises(ValueError, match="exactly the fields"):
            TrainConfig.from_dict(values)


@pytest.mark.parametrize("name", sorted(LATER))
def test_a_file_from_before_a_setting_means_its_default(name):
    values = asdict(TrainConfig())
    del (values if name in values else values["model"])[name]
    assert TrainConfig.from_dict(values) == TrainConfig()


@pytest.mark.parametrize("values", [None, [], "config", 3, {"model": None}])
def test_what_is_no_config_at_all_is_refused(values):
    with pytest.raises(ValueError, match="exactly the fields"):
        TrainConfig.from_dict(values)
    with pytest.raises(ValueError, match="exactly the fields"):
        TrainConfig.from_dict({**TrainConfig().as_dict(), "model": values})


@pytest.mark.parametrize(
    "config",
    [
        TrainConfig(),
        UNUSUAL,
        replace(
            UNUSUAL,
            model=ModelConfig(channels=(1,), code_size=None, unpooling="transpose"),
            corruption="gaussian",
            strength=1.0,
        ),
        replace(UNUSUAL, learning_rate=1 / 3, seed=0, epochs=1),
    ],
)
@pytest.mark.parametrize("out", ["run.safetensors", "my runs/it's one.safetensors"])
def test_the_command_line_of_a_config_repeats_it(config, out):
    words = shlex.split(command(config, out))
    assert words[:3] == ["python", "-m", "cae"]
    options = cli._options(words[3:])
    assert commands.config_of(options) == config
    assert str(options.out) == out


def test_the_sides_and_the_code_are_counted_as_the_network_makes_them():
    assert ModelConfig(channels=(4, 5, 6, 7)).sides == (28, 14, 7, 3, 1)
    assert ModelConfig(channels=(4, 5)).code_numbers == 5 * 7 * 7
    assert ModelConfig(channels=(4, 5), code_size=11).code_numbers == 11
