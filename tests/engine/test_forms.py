"""Fast forms of operations equal the ordinary ones up to rounding, for all shapes of the networks."""

from itertools import product

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cae.config import ModelConfig
from cae.engine.forms import FastForms
from cae.model import ConvAutoencoder

GEOMETRIES = [(3, 1), (4, 2)]  # kernel and stride, each with a margin of 1
ALMOST = {"rtol": 1e-10, "atol": 1e-10}


def numbers(*shape, seed=0):
    given = torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return given.contiguous(memory_format=torch.channels_last)


def both_ways(layer, maps):
    """What comes out of the layer, ordinary and fast, and the gradients of its parameters and of what it was given."""
    for fast in (False, True):
        given = maps.detach().clone().requires_grad_(maps.requires_grad)
        layer.zero_grad()
        if fast:
            with FastForms():
                out = layer(given)
        else:
            out = layer(given)
        (out * numbers(*out.shape, seed=1)).sum().backward()
        yield [out.detach(), given.grad, *(parameter.grad for parameter in layer.parameters())], out.grad_fn.name()


def agree(layer, maps, by_another_route):
    (ordinary, plain), (fast, taken) = both_ways(layer.double(), maps)
    assert (taken != plain) == by_another_route
    for one, other in zip(ordinary, fast, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            torch.testing.assert_close(other, one, **ALMOST)


@pytest.mark.parametrize(("kernel", "stride"), GEOMETRIES)
@pytest.mark.parametrize("side", [6, 7, 28])
@pytest.mark.parametrize("wanted", [False, True])
def test_from_a_picture(kernel, stride, side, wanted):
    layer = nn.Conv2d(1, 5, kernel, stride, padding=1, bias=False)
    agree(layer, numbers(3, 1, side, side).requires_grad_(wanted), by_another_route=not wanted)


@pytest.mark.parametrize(("kernel", "stride"), GEOMETRIES)
@pytest.mark.parametrize("bias", [False, True])
def test_to_a_picture(kernel, stride, bias):
    layer = nn.ConvTranspose2d(5, 1, kernel, stride, padding=1, bias=bias)
    agree(layer, numbers(3, 5, 7, 7).requires_grad_(), by_another_route=True)


@pytest.mark.parametrize("bias", [False, True])
def test_transposed_at_stride_one_is_a_convolution(bias):
    layer = nn.ConvTranspose2d(5, 4, 3, padding=1, bias=bias)
    agree(layer, numbers(3, 5, 7, 7).requires_grad_(), by_another_route=False)


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(1, 4, 3, padding=1),
        nn.Conv2d(1, 4, 3, padding=2, dilation=2, bias=False),
        nn.Conv2d(4, 4, 3, groups=4, bias=False),
        nn.ConvTranspose2d(4, 1, 3, stride=2, padding=1, output_padding=1),
        nn.ConvTranspose2d(4, 1, (3, 5), padding=(1, 2)),
        nn.ConvTranspose2d(4, 4, 3, padding=1, groups=2),
    ],
    ids=str,
)
def test_what_has_no_fast_form_is_left_alone(layer):
    agree(layer, numbers(2, layer.in_channels, 9, 9), by_another_route=False)


SHAPES = [
    ModelConfig((3, 4, 5), code_size=code, unpooling=unpooling, pooling=pooling)
    for code, unpooling, pooling in product((None, 6), ("switches", "fixed", "transpose"), ("max", "stride"))
    if (unpooling, pooling) != ("switches", "stride")
]


@pytest.mark.parametrize("config", SHAPES, ids=lambda one: f"{one.unpooling}-{one.pooling}-{one.code_size}")
def test_every_kind_of_network_has_the_same_gradients(config):
    pictures = numbers(4, 1, 28, 28).sigmoid()
    (ordinary, _), (fast, _) = both_ways(ConvAutoencoder(config).double(), pictures)
    for one, other in zip(ordinary[2:], fast[2:], strict=True):
        torch.testing.assert_close(other, one, **ALMOST)


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("side", [7, 14])
@pytest.mark.parametrize("laid_out", [torch.channels_last, torch.contiguous_format], ids=str)
def test_an_unpooling_and_its_gradient_are_the_ordinary_ones_and_keep_precision_and_layout(precision, side, laid_out):
    features = numbers(3, 5, side, side).to(precision)
    given, places = F.max_pool2d(features, 2, return_indices=True)
    weights = numbers(3, 5, side, side, seed=1).to(precision)
    maps = [given.to(memory_format=laid_out).requires_grad_() for _ in range(2)]
    with FastForms(precision), torch.autocast("cpu", enabled=precision == torch.bfloat16):
        fast = F.max_unpool2d(maps[0], places.to(memory_format=laid_out), [2, 2], output_size=[side, side])
    ordinary = F.max_unpool2d(maps[1], places, [2, 2], output_size=[side, side])
    assert fast.dtype == precision
    assert fast.grad_fn.name() != ordinary.grad_fn.name()
    assert torch.equal(fast, ordinary)
    gradients = [
        torch.autograd.grad((out * weights).sum(), one)[0] for out, one in zip((fast, ordinary), maps, strict=True)
    ]
    assert torch.equal(*gradients)
    assert gradients[0].is_contiguous(memory_format=torch.channels_last)
