"""Operations on our C kernels equal the ordinary ones up to rounding, with the same switches."""

import copy
import os
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cae.compiler import COMPILERS
from cae.config import ModelConfig
from cae.engine import kernels as kernels_module
from cae.engine.forms import FastForms, fast_forms
from cae.engine.kernels import kernels
from cae.model import ConvAutoencoder, convolve_and_pool, normalise, unpool_and_convolve
from tests.apart import answer
from tests.full_disk import files_no_larger_than
from tests.needs import need

ALMOST = {"rtol": 1e-4, "atol": 1e-5}
SIDES = [7, 14, 28]


@pytest.fixture(autouse=True)
def same_weights():
    torch.manual_seed(0)


@pytest.fixture
def fast():
    """The context in which the operations run on the kernels."""
    need(kernels(), "no C compiler with OpenMP: no kernels to test")
    return FastForms(own=kernels())


def numbers(*shape, seed=0):
    given = torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return given.contiguous(memory_format=torch.channels_last) if len(shape) == 4 else given


def on_a_grid(values):
    """Rounded so that a convolution's sums are exact: what comes first in a window then depends on no rounding."""
    return (values * 8).round() / 8


def with_character(norm, seed=2):
    """A batch norm as training may leave it: weights of either sign and nothing, statistics of its own."""
    with torch.no_grad():
        norm.weight.copy_(numbers(norm.num_features, seed=seed))
        norm.weight[-1] = 0
        norm.bias.copy_(numbers(norm.num_features, seed=seed + 1) / 2)
        norm.running_mean.copy_(numbers(norm.num_features, seed=seed + 2))
        norm.running_var.copy_(numbers(norm.num_features, seed=seed + 3).exp())
    return norm


def both(operation, layers, maps, *more, fast, wanted=True):
    """The operation on these layers: the ordinary one in float64 and the fast one in float32.

    Each time what comes out, the gradients of the maps and of every parameter, the buffers, and the graph's last node.
    """
    found = []
    for dtype in (torch.float64, torch.float32):
        own = [copy.deepcopy(layer).to(dtype) for layer in layers]
        given = maps.to(dtype).detach().requires_grad_(wanted)
        arguments = given, *own, *more
        if dtype == torch.float32:
            with fast:
                out = operation(*arguments)
        else:
            out = operation(*arguments)
        values, places = out if isinstance(out, tuple) else (out, None)
        (values * numbers(*values.shape, seed=1).to(dtype)).sum().backward()
        state = nn.ModuleList(own)
        learnt = [parameter.grad for parameter in state.parameters()]
        found.append(([values.detach(), given.grad, *learnt, *state.buffers()], places, values.grad_fn.name()))
    return found


def agree(ordinary, ours, by_kernels=True):
    (values, places, node), (fast_values, fast_places, fast_node) = ordinary, ours
    assert (node != fast_node) == by_kernels
    assert (places is None) == (fast_places is None)
    assert places is None or torch.equal(places, fast_places)
    for one, other in zip(values, fast_values, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            scale = max(1.0, float(one.abs().max()))
            torch.testing.assert_close(other.double() / scale, one.double() / scale, **ALMOST)


@pytest.mark.parametrize("training", [True, False], ids=["batch", "running"])
@pytest.mark.parametrize("channels", [3, 8, 20])
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("inputs", "wanted"), [(1, False), (1, True), (5, True)], ids=["picture", "wanted", "maps"])
def test_a_stage_that_pools(fast, inputs, wanted, side, channels, training):
    layers = [
        nn.Conv2d(inputs, channels, 3, padding=1, bias=False),
        with_character(nn.BatchNorm2d(channels)),
        nn.ReLU(),
    ]
    layers[1].train(training)
    layers[0].weight.data = on_a_grid(layers[0].weight.data * 4)
    maps = on_a_grid(numbers(5, inputs, side, side).clamp(min=0))  # a picture with nothing here and there
    agree(*both(convolve_and_pool, layers, maps, fast=fast, wanted=wanted))


@pytest.mark.parametrize("training", [True, False], ids=["batch", "running"])
@pytest.mark.parametrize("channels", [3, 8, 20])
@pytest.mark.parametrize("activation", [nn.ReLU(), nn.SiLU()], ids=str)
def test_a_stage_that_does_not(fast, activation, channels, training):
    norm = with_character(nn.BatchNorm2d(channels)).train(training)
    agree(*both(normalise, [norm, activation], numbers(5, channels, 7, 7), fast=fast))


def test_a_silu_of_any_number(fast):
    """Its exponential function is our own, and must hold where that of float32 overflows or is no number."""
    values = torch.tensor(
        [0.0, -0.0, 1e-30, -1e-30, 3, -3, 20, -20, 87, -87, 89, -89, 1e30, -1e30, torch.inf, torch.nan]
    )
    maps, norm = values.reshape(1, -1, 1, 1), nn.BatchNorm2d(len(values), eps=0).eval()
    with fast:
        activated = normalise(maps, norm, nn.SiLU())
    torch.testing.assert_close(activated, F.silu(maps), rtol=1e-6, atol=1e-6, equal_nan=True)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("outputs", [1, 8, 16, 24])
@pytest.mark.parametrize("side", SIDES)
def test_unpooling(fast, side, outputs, bias):
    values, places = F.max_pool2d(numbers(5, 6, side, side).relu(), 2, return_indices=True)
    layer = nn.ConvTranspose2d(6, outputs, 3, padding=1, bias=bias)
    agree(*both(lambda maps, *rest: unpool_and_convolve(maps, places, *rest), [layer], values, side, fast=fast))


@pytest.mark.parametrize("inputs", [1, 4])
def test_what_is_no_number_stays_so(fast, inputs):
    maps = numbers(4, inputs, 8, 8).float()
    maps[0, 0, 3, 3] = torch.nan
    with fast:
        convolution, norm = nn.Conv2d(inputs, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        pooled, places = convolve_and_pool(maps, convolution, norm, nn.ReLU())
        back = unpool_and_convolve(pooled, places, nn.ConvTranspose2d(8, 1, 3, padding=1), 8)
    assert pooled.isnan().all()  # every channel's mean has seen it
    assert back.isnan().any()


def test_what_the_kernels_are_not_made_for_takes_another_way(fast):
    layers = [nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.GELU()]
    agree(*both(convolve_and_pool, layers, numbers(3, 2, 8, 8), fast=fast), by_kernels=False)
    agree(*both(normalise, layers[1:], numbers(3, 4, 8, 8), fast=fast), by_kernels=False)
    values, places = F.max_pool2d(numbers(3, 4, 8, 8), 2, return_indices=True)
    maps, layer = values.float().requires_grad_(), nn.ConvTranspose2d(4, 5, 3, padding=1)
    with fast:
        images = unpool_and_convolve(maps, places, layer, 8)
    unpooled = F.max_unpool2d(maps, places, [2, 2], output_size=[8, 8])
    torch.testing.assert_close(images, layer(unpooled), **ALMOST)


def test_the_number_of_threads_changes_nothing(fast):
    found = []
    for threads in (1, 3):
        torch.set_num_threads(threads)
        layers = [nn.Conv2d(1, 12, 3, padding=1, bias=False), with_character(nn.BatchNorm2d(12)), nn.ReLU()]
        nn.init.constant_(layers[0].weight, 0.1)
        values, _, _ = both(convolve_and_pool, layers, numbers(50, 1, 28, 28), fast=fast, wanted=False)[1]
        smooth, _, _ = both(normalise, [layers[1], nn.SiLU()], numbers(50, 12, 7, 7), fast=fast)[1]
        found.append(values + smooth)
    for one, other in zip(*found, strict=True):
        assert one is other is None or torch.equal(one, other)


@pytest.mark.parametrize("activation", ["relu", "silu"])
@pytest.mark.parametrize(
    ("code", "unpooling", "pooling", "refine"),
    [
        one
        for one in product((None, 6), ("switches", "fixed", "transpose"), ("max", "stride"), (None, 4))
        if one[1:3] != ("switches", "stride")
    ],
    ids=str,
)
def test_every_kind_of_network_has_the_same_gradients(fast, code, unpooling, pooling, refine, activation):
    config = ModelConfig(
        (8, 5, 16), code_size=code, unpooling=unpooling, pooling=pooling, refine=refine, activation=activation
    )
    pictures = numbers(4, 1, 28, 28).sigmoid()

    def reconstruct(maps, network):
        return network(maps)

    # Where two of a window are all but the same, rounding says which comes first, and its gradient goes elsewhere.
    ordinary, ours = both(reconstruct, [ConvAutoencoder(config)], pictures, fast=fast, wanted=False)
    for one, other in zip(ordinary[0], ours[0], strict=True):
        if one is not None:
            assert float((one.double() - other.double()).norm()) <= 0.05 * float(one.double().norm()) + 1e-6


@pytest.mark.parametrize("compiler", ["/nowhere/cc", "false", "echo"])
def test_without_a_compiler_that_works_training_takes_the_librarys_way(monkeypatch, compiler):
    monkeypatch.setenv("CC", compiler)
    assert kernels.__wrapped__() is None
    monkeypatch.setattr("cae.engine.forms.kernels", kernels.__wrapped__)
    network = ConvAutoencoder(ModelConfig((8, 16)))
    pictures = numbers(4, 1, 28, 28).float()
    expected = copy.deepcopy(network)(pictures)
    with fast_forms(torch.device("cpu")):
        torch.testing.assert_close(network(pictures), expected, **ALMOST)


@pytest.fixture
def quick_compiler(monkeypatch, tmp_path):
    """The machine's compiler, told to optimise little: where the library is kept does not depend on it."""
    compiler = tmp_path / "cc"
    compiler.write_text(
        f'#!/bin/sh\nexec {os.environ.get("CC") or next(filter(shutil.which, COMPILERS), "")} "$@" -O1\n'
    )
    compiler.chmod(stat.S_IRWXU)
    monkeypatch.setenv("CC", str(compiler))


def found_there(environment):
    """Whether a process with these variables has kernels."""
    os.environ.update(environment)
    return bool(kernels())


def test_the_library_is_compiled_once_and_anew_where_it_is_damaged(fast, quick_compiler, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert kernels.__wrapped__()
    (library,) = (tmp_path / "squeeze").iterdir()

    def as_other_processes_leave_it(number=1):
        # Not here: a process keeps what it has once loaded from a path.
        environment = {name: os.environ[name] for name in ("CC", "XDG_CACHE_HOME")}
        with ThreadPoolExecutor(number) as pool:
            assert all(pool.map(lambda _: answer(found_there, environment), range(number)))
        assert [library] == list((tmp_path / "squeeze").iterdir())
        return library.read_bytes(), library.stat().st_mtime_ns

    compiled = library.read_bytes(), library.stat().st_mtime_ns
    assert as_other_processes_leave_it() == compiled
    library.unlink()  # this process has it in its memory
    library.write_bytes(b"no library")
    assert as_other_processes_leave_it(2)[0] == compiled[0]  # two servers with one cache, at the same time


def test_where_nothing_can_be_kept_there_are_kernels_all_the_same(fast, quick_compiler, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" / "beyond"))
    (tmp_path / "file").touch()
    assert kernels.__wrapped__()


def test_a_full_disk_leaves_the_librarys_way(fast, quick_compiler, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with files_no_larger_than(1000):
        assert kernels.__wrapped__() is None
    assert not list((tmp_path / "squeeze").iterdir())


def test_a_cache_that_others_may_write_to_is_not_used(fast, quick_compiler, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "squeeze").mkdir()
    (tmp_path / "squeeze").chmod(0o777)
    assert kernels.__wrapped__()
    assert not list((tmp_path / "squeeze").iterdir())


def test_parts_are_as_many_in_both_languages():
    header = Path(kernels_module.__file__).parent / "loops" / "maps.h"
    assert f"enum {{ PARTS = {kernels_module.PARTS} }}" in header.read_text()
