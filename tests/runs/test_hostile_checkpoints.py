"""Hostile checkpoint files: each is refused with one sentence, or gives a network that works."""

import pickle
import random
import re
import shlex
import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.numpy import load as load_tensors

from cae.config import ModelConfig, TrainConfig
from cae.model import ConvAutoencoder
from cae.runs import checkpoint
from cae.runs.overflow import overflowing
from cae.runs.run import Run
from tests.apart import answer, memory
from tests.forgery import description, redescribed, retensored
from tests.hostile import READ, REFUSED, SPRUNG, Trap

CONFIG = TrainConfig(
    ModelConfig((4, 6), code_size=5), dataset="synthetic", batch_size=200, corruption="gaussian", strength=0.1
)
FIGURES = {"synthetic": {"mse": 0.0123, "rmse": 0.111, "psnr": 19.5, "ssim": 0.8, "pca_mse": None}}
MOST_MEMORY = 5 * checkpoint.MAX_BYTES  # the file itself, and what is made of it


@pytest.fixture(scope="module")
def sound(run_of, digits):
    run = run_of(CONFIG, digits)
    return checkpoint.dump(replace(run, name="my run", command="python -m cae train", figures=FIGURES))


def refusal(content):
    """The one sentence with which a file is refused; any other exception fails the test."""
    with pytest.raises(ValueError) as error, warnings.catch_warnings():
        warnings.simplefilter("error")
        checkpoint.parse(content)
    sentence = str(error.value)
    assert type(error.value) is ValueError
    assert re.match(r"[\w(]", sentence) and sentence.isprintable() and sentence.endswith(".") and len(sentence) < 400
    return sentence


def works(run):
    pictures = torch.stack([torch.zeros(1, 28, 28), torch.rand(1, 28, 28, generator=torch.Generator().manual_seed(0))])
    with torch.inference_mode():
        assert checkpoint.build(run)(pictures).isfinite().all()
    assert checkpoint.parse(checkpoint.dump(run)).digest == run.digest


@pytest.mark.parametrize("name", REFUSED)
def test_a_broken_file_is_refused_with_a_sentence_that_says_what_is_wrong(sound, name):
    words, make = REFUSED[name]
    sentence = refusal(make(sound))
    assert any(word in sentence for word in words.split("|")), sentence
    assert SPRUNG == []


@pytest.mark.parametrize("name", READ)
def test_an_odd_file_is_read_into_something_printable_that_works(sound, name):
    run = checkpoint.parse(READ[name](sound))
    assert run.name.isprintable() and 1 <= len(run.name) <= 80
    assert run.device.isprintable() and len(run.device) <= 200
    assert run.ending in ("complete", "stopped")
    assert run.command.isprintable()
    assert run.command == shlex.join(shlex.split(run.command))  # a shell takes every word for nothing but a word
    works(run)


def test_whatever_bytes_are_changed_the_file_is_refused_or_works(sound):
    chance = random.Random(0)
    end = 8 + int.from_bytes(sound[:8], "little")
    words = [b"0", b"-1", b"1e999", b"NaN", b"null", b"[]", b"{}", b'"', b",", b":", b"true", b"9" * 30, b"\\n"]
    for _ in range(300):
        head = bytearray(sound[8:end])
        place = chance.randrange(len(head))
        head[place : place + chance.randrange(3)] = chance.choice([*words, chance.randbytes(1)])
        content = len(head).to_bytes(8, "little") + head + sound[end:]
        try:
            run = checkpoint.parse(bytes(content))
        except ValueError:
            refusal(bytes(content))
        else:
            works(run)


def test_names_stay_as_legible_as_they_can(sound):
    names = {
        "my run": "my run",
        "Zoë’s 数字 ²": "Zoë’s 数字 ²",
        "my\nrun": "my run",
        "\x1b[2J": "\\x1b[2J",
        "": "untitled",
    }
    for given, kept in names.items():
        assert checkpoint.parse(redescribed(sound, name=given)).name == kept


def test_the_trap_would_spring_if_anything_opened_it():
    try:
        pickle.loads(pickle.dumps(Trap()))
        assert SPRUNG == [True]
    finally:
        SPRUNG.clear()


def test_every_part_of_the_description_is_needed(sound):
    for name in description(sound).keys() - {"versions", "ending"}:
        assert name in refusal(redescribed(sound, **{name: None})).lower()


def test_every_tensor_is_needed(sound):
    for name in load_tensors(sound):
        assert name in refusal(retensored(sound, **{name: None}))


@pytest.mark.parametrize("unpooling", ["switches", "fixed", "transpose"])
@pytest.mark.parametrize("code_size", [None, 5])
def test_weights_as_large_as_are_let_in_overflow_for_no_picture(unpooling, code_size):
    config = replace(CONFIG, model=ModelConfig((4, 6), code_size, unpooling, blocks=1))
    network = ConvAutoencoder(config.model)
    weights = {name: value.numpy().copy() for name, value in network.state_dict().items()}
    pictures = torch.rand(50, 1, 28, 28, generator=torch.Generator().manual_seed(0)).round()
    for name in [name for name in weights if name.endswith(".weight")]:
        scaled = [{**weights, name: (weights[name] * 10.0**power).astype(np.float32)} for power in range(36)]
        let_in = [one for one in scaled if overflowing(network, one) is None]
        assert 20 < len(let_in) < 36
        with torch.inference_mode():
            assert checkpoint.build(Run(config, weights=let_in[-1]))(pictures).isfinite().all()


def test_no_file_takes_more_memory_than_a_few_of_the_largest(sound, tmp_path):
    paths = []
    for place, make in enumerate([*(make for _, make in REFUSED.values()), *READ.values()]):
        paths.append(tmp_path / str(place))
        paths[-1].write_bytes(make(sound))
    reading, comparison = answer(memory, checkpoint.load, paths)
    for path in paths:
        path.unlink()  # half a gigabyte
    assert reading < MOST_MEMORY
    assert comparison > reading + 50_000_000
