"""The fast engine of NVIDIA GPUs: a training step as one CUDA graph.

The networks are small. In a plain step a GPU mostly waits for the launch of the next of about a hundred kernels. A
graph launches all of them at once: a step is one copy of the batch's indices and one replay.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor

from cae.config import TrainConfig
from cae.device import Compute
from cae.engine.plain import Engine
from cae.model import ConvAutoencoder

__all__ = ["CapturedEngine"]

WARM_UP = 3  # steps; then Adam has its state and the libraries have chosen their kernels


class CapturedEngine(Engine):
    """The plain engine's step, captured once and replayed. Losses are equal up to rounding.

    Raises ``RuntimeError`` if an operation cannot be captured; the model then has the weights after the warm-up.
    """

    def __init__(
        self, config: TrainConfig, model: ConvAutoencoder, images: Tensor, compute: Compute, total: int
    ) -> None:
        super().__init__(config, model, images, compute, total)
        self._places = torch.zeros(self.batch_size, dtype=torch.long, device=images.device)
        self._graph = torch.cuda.CUDAGraph()
        weights, chance = copy.deepcopy(model.state_dict()), self.chance.get_state()
        self._warm_up()
        self.chance.set_state(chance)
        self._graph.register_generator_state(self.chance)
        with torch.cuda.graph(self._graph):
            self._news = super()._learn(self._places)
        model.load_state_dict(weights)
        self._forget()

    def _adam(self, learning_rate: float) -> dict[str, Any]:
        """Learning rate and step count are on the device, where the graph reads them."""
        rate = torch.tensor(learning_rate, device=self.images.device)
        return {"lr": rate, "fused": True, "capturable": True}

    def _learn(self, places: Tensor) -> tuple[Tensor, Tensor]:
        self._places.copy_(places)
        self._graph.replay()
        return self._news

    def _warm_up(self) -> None:
        """Take some steps on another stream, which PyTorch requires before a capture."""
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                super()._learn(self._places)
        torch.cuda.current_stream().wait_stream(aside)

    def _forget(self) -> None:
        """Reset the optimizer's state after the warm-up, in place: the graph has its addresses."""
        for state in self.optimizer.state.values():
            for value in state.values():
                value.zero_()
