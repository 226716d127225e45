"""Runs to export: all shipped networks, and one of every kind of layer and setting with chance weights."""

import torch

from cae.config import ModelConfig, TrainConfig
from cae.registry import Shape
from cae.runs import checkpoint
from cae.runs.run import Run
from tests.program.networks import SHIPPED, configs, network

VARIATIONAL = (
    ModelConfig((5,), code_size=3, beta=0.5),
    ModelConfig((4, 6, 3), code_size=2, dense=9, unpooling="fixed", beta=2.0, activation="silu", refine=4),
    ModelConfig((3, 5), code_size=7, unpooling="transpose", pooling="stride", beta=0.1, picture=Shape(21, 3)),
    ModelConfig((128, 128, 128, 128), code_size=1, beta=1.0, dense=30, picture=Shape(64, 3)),
)


def run_of(config, seed=0):
    """A run with the network of this shape. Its data set has pictures of any shape."""
    weights = {name: value.numpy() for name, value in network(config, seed).state_dict().items()}
    return Run(TrainConfig(config, dataset="folder:pictures", seed=5), "any", weights)


def runs():
    """All of them, by a name for the test's output."""
    shipped = {path.stem: checkpoint.load(path) for path in SHIPPED}
    # Half of the kinds, so chosen that any two settings still meet in each of their ways.
    half = [config for number, config in enumerate(configs()) if number.bit_count() % 2 == 0]
    kinds = {f"kind{number}": run_of(config) for number, config in enumerate([*half, *VARIATIONAL])}
    return {**shipped, **kinds}


def pictures_for(run, count=3):
    """Pictures by chance, (count, C, S, S), of the run's shape."""
    shape = run.config.model.picture
    return torch.rand((count, shape.channels, shape.side, shape.side), generator=torch.Generator().manual_seed(1))
