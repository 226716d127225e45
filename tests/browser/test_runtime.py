"""The page's runtime in a real Chromium reconstructs as torch does."""

import base64
from functools import cache

import numpy as np
import pytest
import torch
from torch.nn import functional

from cae.config import ModelConfig
from cae.data.synthetic import digits
from cae.half import rounded
from cae.program.file import dump
from cae.program.program import Operation, Program
from cae.runs import checkpoint
from tests.program.networks import SHIPPED, as_program, configs, network

pytestmark = pytest.mark.browser

EQUAL = 1e-4  # of a pixel, where 1 is from black to white
CONFIGS = list(configs())
RECONSTRUCT = """([file, pictures]) => {
    const program = loaded.parse(Uint8Array.from(atob(file), (one) => one.charCodeAt(0)).buffer)
    return pictures.map((picture) => {
        const { code, places } = loaded.encode(program, Float32Array.from(picture))
        return { code: [...code], picture: [...loaded.decode(program, code, places)] }
    })
}"""

WEIGHT = """(file) => {
    const program = loaded.parse(Uint8Array.from(atob(file), (one) => one.charCodeAt(0)).buffer)
    return [...program.operations[0].weight]
}"""


@pytest.fixture(scope="module")
def page(page_with):
    return page_with("runtime.js")


@cache
def three_digits():
    return digits(3, seed=5)[0].float() / 255


def pictures(shape):
    """Three digits, a black and a white picture, and one of noise: float (6, C, S, S)."""
    size = shape.channels, shape.side, shape.side
    drawn = functional.interpolate(three_digits(), shape.side, mode="bilinear")
    noise = torch.rand(1, *size, generator=torch.Generator().manual_seed(0))
    return torch.cat([drawn.expand(-1, *size), torch.zeros(1, *size), torch.ones(1, *size), noise])


def in_the_page(page, model, pictures):
    """What the runtime makes of each picture: the codes, and the pictures (N, S, S, C)."""
    file = base64.b64encode(dump(as_program(model))).decode()
    last = pictures.movedim(1, -1)
    found = page.evaluate(RECONSTRUCT, [file, last.flatten(1).tolist()])
    return [one["code"] for one in found], np.array([one["picture"] for one in found]).reshape(last.shape)


def assert_equal(page, model):
    given = pictures(model.config.picture)
    codes, found = in_the_page(page, model, given)
    with torch.inference_mode():
        # One at a time, as the app does.
        expected = [model.encode(picture[None]) for picture in given]
        back = torch.cat([model.decode(*one) for one in expected]).movedim(1, -1).numpy()
    for code, (own, _) in zip(codes, expected, strict=True):
        own = own[0].movedim(0, -1) if own.ndim == 4 else own[0]
        assert np.allclose(code, own.flatten().numpy(), rtol=1e-3, atol=1e-3)
    assert np.abs(found - back).max() <= EQUAL


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_network_reconstructs_as_with_torch(page, path):
    assert_equal(page, checkpoint.build(checkpoint.load(path)))


@pytest.mark.parametrize("number", range(len(CONFIGS)))
def test_every_kind_of_network_reconstructs_as_with_torch(page, number):
    assert_equal(page, network(CONFIGS[number], seed=number))


def test_every_number_of_16_bits_is_read_to_the_last_bit(page):
    numbers = np.arange(1 << 16, dtype=np.uint16).view(np.float16).astype(np.float32)
    weight = np.where(np.isfinite(numbers), numbers, 0).reshape(256, 256)
    square = Operation("linear", (256,), weight)
    content = dump(Program((16, 16, 1), (square,), (square,)))
    assert len(content) < 2.1 * 2 * weight.size
    found = page.evaluate(WEIGHT, base64.b64encode(content).decode())
    assert np.array_equal(np.array(found, np.float32).reshape(weight.shape), weight)


def test_a_network_in_16_bits_reconstructs_as_with_torch_from_half_of_the_bytes(page):
    model = network(ModelConfig((4, 8), 6, "transpose", dense=300, residual=1, blocks=1), seed=1)
    whole = dump(as_program(model))
    for values in model.parameters():
        values.data = torch.from_numpy(rounded(values.detach().numpy()))
    assert len(dump(as_program(model))) < 0.6 * len(whole)
    assert_equal(page, model)


def test_a_program_of_another_version_is_refused(page):
    content = dump(as_program(network(ModelConfig((2,))))).replace(b'\\"version\\": 2', b'\\"version\\": 9')
    with pytest.raises(Exception, match="version 9"):
        page.evaluate(RECONSTRUCT, [base64.b64encode(content).decode(), []])
