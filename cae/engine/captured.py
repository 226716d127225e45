"""Steps of training as one CUDA graph: the fast engine of NVIDIA GPUs.

The networks are small, so that a GPU spends most of a plain step waiting for the next of its hundred kernels to be
launched. A graph launches them all at once: one copy of the batch's places, one replay, nothing waits for anything.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor

from cae.config import TrainConfig
from cae.device import Compute
from cae.engine.plain import Engine
from cae.model import ConvAutoencoder

__all__ = ["CapturedEngine"]

WARM_UP = 3  # steps: after them Adam's state is there, and the libraries have chosen their kernels


class CapturedEngine(Engine):
    """The plain engine's step, captured once and replayed; the same losses to rounding.

    Raises ``RuntimeError`` where an operation of the step cannot be captured; the model is then as the warm-up left it.
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
            self._loss = super()._learn(self._places)
        model.load_state_dict(weights)
        self._forget()

    def _adam(self, learning_rate: float) -> torch.optim.Adam:
        """With a learning rate and a count of steps that live on the device, where the graph finds them."""
        rate = torch.tensor(learning_rate, device=self.images.device)
        return torch.optim.Adam(self.model.parameters(), lr=rate, fused=True, capturable=True)

    def _learn(self, places: Tensor) -> Tensor:
        self._places.copy_(places)
        self._graph.replay()
        return self._loss

    def _warm_up(self) -> None:
        """Some steps beside the stream that is captured, as PyTorch asks for."""
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                super()._learn(self._places)
        torch.cuda.current_stream().wait_stream(aside)

    def _forget(self) -> None:
        """Take what the warm-up taught Adam out of it, in place: the graph knows where it is."""
        for state in self.optimizer.state.values():
            for value in state.values():
                value.zero_()
