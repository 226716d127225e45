"""Engines take the steps of a training run: each device has a fast one with the results of the plain one."""

from __future__ import annotations

import copy

import torch
from torch import Tensor

from cae.config import TrainConfig
from cae.device import Compute
from cae.engine.captured import CapturedEngine
from cae.engine.plain import Engine
from cae.model import ConvAutoencoder

__all__ = ["Engine", "engine"]


def engine(config: TrainConfig, model: ConvAutoencoder, images: Tensor, compute: Compute, total: int) -> Engine:
    """The engine for ``total`` steps on this device; the plain one if a GPU cannot capture the step."""
    if compute.device.type == "cuda":
        before = copy.deepcopy(model.state_dict())
        try:
            return CapturedEngine(config, model, images, compute, total)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError:
            model.load_state_dict(before)
    return Engine(config, model, images, compute, total)
