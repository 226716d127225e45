"""Helpers to run a page with AppTest, and small networks for it."""

import torch

from cae.config import ModelConfig, TrainConfig
from cae.model import ConvAutoencoder
from cae.runs.run import Run


def network(name, dataset="synthetic", channels=(4,), seed=None, **model):
    """A run with an untrained network: each time another one, or always that of the seed."""
    with torch.random.fork_rng(enabled=seed is not None):
        if seed is not None:
            torch.manual_seed(seed)
        built = ConvAutoencoder(ModelConfig(channels=channels, **model))
    weights = {name: value.numpy() for name, value in built.state_dict().items()}
    return Run(TrainConfig(model=built.config, dataset=dataset), name=name, weights=weights)


def silent(share, words):
    """Progress that nobody watches."""


def html(page):
    return "".join(one.proto.body for one in page.get("html"))


def markdown(page):
    return " ".join(one.value for one in page.markdown)
