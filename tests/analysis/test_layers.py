"""The list of layers has PyTorch's order, shapes and parameters."""

import itertools

import pytest
import torch

from cae.analysis.layers import layers
from cae.config import ModelConfig
from cae.model import ConvAutoencoder, parameter_count

EVERY = (
    [
        ModelConfig(channels, code_size, *kind)
        for channels, code_size, kind in itertools.product(
            ((1,), (4, 6), (4, 6, 8), (4, 6, 8, 10)),
            (None, 1, 5),
            (("switches",), ("fixed",), ("transpose",), ("fixed", "stride"), ("transpose", "stride")),
        )
    ]
    + [ModelConfig((4, 6), code_size, "transpose", dense=dense) for code_size in (1, 5) for dense in (1, 7)]
    + [ModelConfig((4, 6), 5, "transpose", dense=7, residual=residual) for residual in (1, 3)]
    + [ModelConfig((4, 6), 5, "transpose", dense=7, residual=1, blocks=2), ModelConfig((1, 6), blocks=1)]
    + [ModelConfig((4, 6), 5, activation="silu")]
    + [ModelConfig((4, 6), 5, kind, refine=3) for kind in ("switches", "fixed", "transpose")]
)


@pytest.mark.parametrize("config", EVERY, ids=str)
def test_every_layer_is_there_in_its_place_with_its_shape_and_its_parameters(digits, config):
    model, passed = ConvAutoencoder(config).eval(), []
    for name, module in model.named_modules():
        if not list(module.children()):
            module.register_forward_hook(lambda _, inputs, output, name=name: passed.append((name, output.shape[1:])))
    with torch.inference_mode():
        model(digits.test.images[:1].float() / 255)
    named = [layer for layer in layers(config) if layer.module]
    modules = dict(model.named_modules())
    assert [(one.module, one.shape) for one in named] == [
        (name, shape) for name, shape in passed if name in {one.module for one in named}
    ]
    for layer in named:
        assert layer.parameters == parameter_count(modules[layer.module])
    assert sum(layer.parameters for layer in layers(config)) == config.parameters
    silent = {name for name, _ in passed} - {one.module for one in named}
    assert all(not list(modules[name].parameters()) for name in silent)


@pytest.mark.parametrize("config", EVERY, ids=str)
def test_every_layer_says_what_it_does_in_one_sentence(config):
    for layer in layers(config):
        assert layer.does.endswith(".") and layer.does.count(". ") == 0
