"""Properties of configs: every valid one trains, and can be written and read back; every other is refused.

The values come from the settings' own domains: a new setting is tried here without a new line.
"""

import io
import json
import math
import os
import shlex
import string
import subprocess
import sys
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import replace

import hypothesis
import pytest
import torch
from hypothesis import Phase, example, given
from hypothesis import strategies as some

from cae import cli, commands
from cae.config import ModelConfig, TrainConfig, command, flag
from cae.config.settings import Choice, Integer, Integers, Real, settings, written
from cae.data.datasets import Dataset, Split
from cae.device import Compute
from cae.registry import LEAST_SIDE, Shape
from cae.runs import checkpoint
from cae.runs.run import Run
from cae.text import sentence
from cae.training.events import Finished, Preview, Started, Step
from cae.training.loop import train

SETTINGS = [(kind, field, about) for kind in (TrainConfig, ModelConfig) for field, about in settings(kind)]
FLAGS = ["--json", "--out", "--name", "--evaluate", "--data-dir", *(flag(field.name) for _, field, _ in SETTINGS)]

# Under continuous integration the examples are the same in every run, so that what turns red is what has changed;
# at a desk each run tries others. There is no deadline: another program may have the processor.
thoroughly = hypothesis.settings(derandomize=bool(os.environ.get("CI")), deadline=None, max_examples=200)
# To shrink what fails would take very many steps.
briefly = hypothesis.settings(thoroughly, max_examples=12, phases=set(Phase) - {Phase.shrink})


# ---- values that are allowed

GREY = Shape()
SHAPES = some.builds(
    Shape, some.integers(LEAST_SIDE, 34), some.sampled_from([1, 3])
)  # larger ones are slow to train on
PATHS = some.text(string.ascii_letters + string.digits + " /._-'$äあ", min_size=1).map(str.strip).filter(bool)


def allowed(domain):
    """Every value that the domain takes."""
    match domain:
        case Integer(minimum, maximum, optional):
            numbers = some.integers(minimum, maximum)
            return some.none() | numbers if optional else numbers
        case Real(minimum, maximum):
            return some.floats(minimum, maximum)
        case Choice(options, prefix):
            words = some.sampled_from(list(options))
            return words | PATHS.map(lambda path: prefix + path) if prefix else words
        case Integers(minimum, maximum, longest):
            return some.lists(some.integers(minimum, maximum), min_size=1, max_size=longest).map(tuple)


def extreme(domain, end):
    """The smallest value that the domain takes (``end`` is min) or the largest (max)."""
    match domain:
        case Choice(options):
            return list(options)[0 if end is min else -1]
        case Integers(minimum, maximum, longest):
            return (end(minimum, maximum),) * end(1, longest)
        case _:
            return end(domain.minimum, domain.maximum)


def config_with(values, picture=GREY):
    """A config from settings of both dataclasses, by name; what is not there stays at its default."""
    parts = {TrainConfig: {}, ModelConfig: {}}
    for kind, field, _ in SETTINGS:
        if field.name in values:
            parts[kind][field.name] = values[field.name]
    return TrainConfig(model=ModelConfig(picture=picture, **parts[ModelConfig]), **parts[TrainConfig])


def corner(end):
    """The config with every setting at its smallest or largest. Where all is large, nothing residual fits in."""
    nothing = {"residual": 0, "blocks": 0}
    return config_with({field.name: extreme(about.domain, end) for _, field, about in SETTINGS} | nothing)


VALUES = some.fixed_dictionaries({field.name: allowed(about.domain) for _, field, about in SETTINGS})


@some.composite
def configs(draw):
    """Configs from the whole domain."""
    values = draw(VALUES)
    if values["dense"] is None:  # most of the rest would be refused
        values["residual"] = 0
    if values["blocks"] or values["residual"] > 1:  # one step at the highest rate, and so deep a network may overflow
        values["learning_rate"] = min(values["learning_rate"], 0.1)
    try:
        return config_with(values, draw(SHAPES))
    except ValueError as refusal:
        # The rules that are about two settings each.
        both = ("; after channels ", "where unpooling is switches", "where code_size is none")
        assert any(rule in str(refusal) for rule in both)
        return hypothesis.reject()


def crowd(shape):
    """As many images as the largest batch needs."""
    chance = torch.Generator().manual_seed(0)
    images = torch.randint(256, (1024, shape.channels, shape.side, shape.side), generator=chance, dtype=torch.uint8)
    many = Split(images, torch.zeros(1024, dtype=torch.long))
    return Dataset("synthetic", many, many[:32], many[:32])


MOST_WORK = 10**9  # multiply-adds
LARGE = [replace(corner(max), batch_size=64), replace(corner(min), batch_size=corner(max).batch_size)]


@briefly
@given(configs())
@example(corner(min))
@example(LARGE[0])
@example(LARGE[1])
@example(replace(corner(min), model=ModelConfig((128,), 99)))  # the most parameters
@example(replace(corner(min), model=ModelConfig((4, 4), 5, dense=512, residual=4)))
@example(replace(corner(min), model=ModelConfig((4, 4), blocks=2)))
def test_whatever_is_accepted_trains_a_step(config):
    # A large batch through a large network takes seconds, and shows no more than each does in the examples above.
    affordable = max(corner(min).batch_size, MOST_WORK // config.model.multiply_adds)
    config = config if config in LARGE else replace(config, batch_size=min(config.batch_size, affordable))
    with closing(train(config, crowd(config.model.picture), compute=Compute(torch.device("cpu")))) as events:
        started, start, news = next(events), next(events), next(events)
    assert isinstance(started, Started) and started.steps == 1024 // config.batch_size * config.epochs
    assert isinstance(start, Preview) and start.step == 0 and math.isfinite(start.held_out)
    match news:
        case Step(step, losses):
            assert step == len(losses) == 1 and math.isfinite(losses[0])
        case Finished(ending, message):
            assert ending == "diverged" and "diverged" in message
        case _:
            pytest.fail(f"after one step there was {news}")
    run = Run(config).after(started).after(start)
    back = checkpoint.parse(checkpoint.dump(run))
    assert back.config == config and back.digest == run.digest


@thoroughly
@given(configs())
def test_whatever_is_accepted_survives_json(config):
    assert TrainConfig.from_dict(json.loads(json.dumps(config.as_dict()))) == config


@thoroughly
@given(configs())
def test_whatever_is_accepted_survives_the_command_line(config):
    words = shlex.split(command(config))
    assert commands.config_of(cli._options(words[3:])) == config


@thoroughly
@given(configs())
def test_whatever_is_accepted_survives_the_address(config):
    for kind, field, about in SETTINGS:
        value = getattr(config.model if kind is ModelConfig else config, field.name)
        back = about.parse(written(value), field.name)
        assert back == value and type(back) is type(value)


# ---- values that may not be allowed

ALLOWED = some.one_of([allowed(about.domain) for _, _, about in SETTINGS])  # by one setting, and not by the others
TEXT = some.text(some.characters())  # with halves of surrogate pairs, which no screen and no file takes
HUGE = some.sampled_from([20, 400, 5000]).map(lambda digits: 10**digits)  # the last cannot be written, by Python's rule
NUMBERS = some.integers() | some.floats() | HUGE
PLAIN = some.none() | some.booleans() | NUMBERS | TEXT
JSON = some.recursive(PLAIN, lambda one: some.lists(one) | some.dictionaries(TEXT, one), max_leaves=10)
ANYTHING = JSON | some.binary() | some.tuples(PLAIN, PLAIN) | some.lists(NUMBERS, max_size=5).map(tuple) | ALLOWED
SPELLED = (
    TEXT
    | some.text("0123456789.,-+eE_ –∞²٣naif")
    | (ALLOWED | NUMBERS.filter(lambda number: abs(number) < 10**4000)).map(written)
    | some.sampled_from(["9" * 5000, "1e999", "1," * 3000, "x\ny", "%s", "\0", "--", *FLAGS])
)


def sound(refusal, name):
    """Whether a person can read the refusal, and sees what it is about."""
    words = str(refusal)
    return words.startswith(f"{name} is ") and words.endswith(".") and words.isprintable() and len(words) < 250


def by_name(kind, name, value):
    return kind(**{**context(name), name: value})


def context(name):
    """What must be chosen for this setting to count."""
    return {"corruption": "rows"} if name == "strength" else {}


def from_dict(kind, name, value):
    values = TrainConfig(**context(name)).as_dict()
    (values if kind is TrainConfig else values["model"])[name] = value
    config = TrainConfig.from_dict(values)
    return config if kind is TrainConfig else config.model


@pytest.mark.parametrize("made", [by_name, from_dict])
@thoroughly
@given(ANYTHING)
@example(True)
@example(math.nan)
def test_a_value_is_taken_as_it_is_or_refused_by_name(made, value):
    for kind, field, about in SETTINGS:
        try:
            taken = getattr(made(kind, field.name, value), field.name)
        except ValueError as refusal:
            assert sound(refusal, field.name)
        else:
            assert taken == (tuple(value) if isinstance(value, list) else value)
            back = about.parse(written(taken), field.name)
            assert back == taken and type(back) is type(taken)


@thoroughly
@given(ANYTHING)
def test_what_is_no_network_is_refused_by_name(value):
    with pytest.raises(ValueError) as refusal:
        TrainConfig(model=value)
    assert sound(refusal.value, "model")


@pytest.mark.parametrize("part", ["run", "model"])
@thoroughly
@given(JSON)
def test_what_is_no_config_is_refused(part, value):
    with pytest.raises(ValueError, match="must have exactly the fields"):
        TrainConfig.from_dict(value if part == "run" else {**TrainConfig().as_dict(), "model": value})


@thoroughly
@given(SPELLED)
def test_text_spells_a_value_or_is_refused_by_name(text):
    for _, field, about in SETTINGS:
        try:
            config = config_with({field.name: about.parse(text, field.name)})
        except ValueError as refusal:
            assert sound(refusal, field.name)
        else:
            assert TrainConfig.from_dict(json.loads(json.dumps(config.as_dict()))) == config


# ---- the command line


def complaint(*words):
    """The one line with which the command line refuses these words."""
    with redirect_stdout(io.StringIO()) as printed, redirect_stderr(io.StringIO()) as told:
        status = cli.main(words)
    line = told.getvalue().removesuffix("\n")
    assert (status, printed.getvalue()) == (2, "")
    assert line.endswith(".") and line.isprintable()
    return line


@hypothesis.settings(thoroughly, max_examples=100)
@given(SPELLED)
@example("--")
def test_a_flag_is_understood_or_refused_by_name(text):
    for _, field, about in SETTINGS:
        # A device that does not exist: what is understood is refused as well, but later and in other words.
        line = complaint("train", f"{flag(field.name)}={text}", "--device", "nowhere")
        try:
            config_with({field.name: about.parse(text, field.name)})
        except ValueError as refusal:
            missing = f"Argument {flag(field.name)}: expected one argument."
            assert line == sentence(refusal) or line.startswith(missing)
        else:
            assert line.startswith("device is nowhere;")


@thoroughly
@given(some.lists(SPELLED, max_size=6))
def test_whatever_words_are_typed_there_is_an_answer_in_one_line(words):
    hypothesis.assume(not any(word.startswith(("-h", "--h")) for word in words))  # help is no refusal
    complaint("train", *words, "--device", "nowhere")


def test_a_refusal_does_not_wait_for_torch():
    script = "import sys; from cae import cli; print(cli.main(['train', '--epochs', '0']), 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "2 False\n"
