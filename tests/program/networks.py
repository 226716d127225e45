"""Networks for the tests of programs: all that are shipped, and one of every kind with chance weights."""

from itertools import product
from pathlib import Path
from random import Random

import torch
from torch import nn

from cae.config import ModelConfig
from cae.model import ConvAutoencoder
from cae.program.program import assemble
from cae.program.trace import trace
from cae.registry import Shape

SHIPPED = sorted((Path(__file__).parents[2] / "assets" / "models").glob("*.safetensors"))
KINDS = [  # unpooling, pooling, activation, has a code size, has a refinement
    one
    for one in product(
        ("switches", "fixed", "transpose"), ("max", "stride"), ("relu", "silu"), (False, True), (False, True)
    )
    if one[:2] != ("switches", "stride")
]


def configs():
    """Forty configs: every kind once, with other channels, code sizes, dense layers and pictures each time."""
    chance = Random(0)
    for unpooling, pooling, activation, sized, refined in KINDS:
        code_size = chance.randint(1, 40) if sized else None
        dense = chance.choice([None, chance.randint(1, 50)]) if sized else None
        yield ModelConfig(
            tuple(chance.randint(1, 20) for _ in range(chance.randint(1, 4))),
            code_size=code_size,
            unpooling=unpooling,
            pooling=pooling,
            dense=dense,
            residual=chance.randint(0, 2) if dense else 0,
            activation=activation,
            blocks=chance.choice([0, 0, 1, 2]),
            refine=chance.randint(1, 12) if refined else None,
            picture=chance.choice([Shape(), Shape(), Shape(chance.randint(16, 40), chance.choice([1, 3]))]),
        )


def as_program(model):
    """The model's program."""
    return assemble(trace(model), {name: value.numpy() for name, value in model.state_dict().items()})


def network(config, seed=0):
    """A network in evaluation mode whose weights and running statistics come from the seed."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = ConvAutoencoder(config)
        for module in model.modules():
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                nn.init.normal_(module.weight, 1, 0.5)
                nn.init.normal_(module.bias, 0, 0.5)
                nn.init.normal_(module.running_mean, 0, 0.5)
                nn.init.uniform_(module.running_var, 0.3, 2)
    return model.eval().requires_grad_(False)
