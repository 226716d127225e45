"""The plain engine, which runs on any device: ordinary PyTorch operations, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import torch
from torch import Tensor, nn

from cae.config import TrainConfig
from cae.data.augmentation import warp
from cae.data.corruption import corrupt
from cae.device import Compute
from cae.engine.adam import Adam
from cae.engine.forms import fast_forms
from cae.engine.muon import Muon
from cae.model import ConvAutoencoder

__all__ = ["SMALLEST_CYCLE", "Engine"]

SMALLEST_CYCLE = 3  # steps: a shorter run has a constant learning rate


class Engine:
    """Steps on batches of uint8 ``images`` (N, C, S, S), in a new order each epoch. ``model`` is on the device.

    ``losses`` (``total``,) has the MSE of every step so far, on the device: reading one waits for the device. ``kl``
    (``total``,) has the mean KL divergence in nats; 0 for a network that is not variational.
    """

    def __init__(
        self, config: TrainConfig, model: ConvAutoencoder, images: Tensor, compute: Compute, total: int
    ) -> None:
        self.model, self.images, self.compute = model, images, compute
        self.warp, self.batch_size = config.warp, config.batch_size
        self.corruption, self.strength = config.corruption, config.strength
        self.beta = config.model.beta
        self.chance = torch.Generator(images.device).manual_seed(config.seed)
        adam = self._adam(config.learning_rate)
        self.optimizer = Muon(model, **adam) if config.optimizer == "muon" else Adam(model.parameters(), **adam)
        self.schedule = _schedule(config, self.optimizer, total)
        self.losses, self.kl = torch.zeros(2, total, device=images.device)
        self._batches: Iterator[Tensor] = iter(())
        self._taken = 0

    def step(self) -> None:
        """Take one step on the next batch. An epoch leaves out the images that do not fill a batch."""
        places = next(self._batches, None)
        if places is None:
            order = torch.randperm(len(self.images), generator=self.chance, device=self.images.device)
            self._batches = iter(order[: len(order) // self.batch_size * self.batch_size].split(self.batch_size))
            places = next(self._batches)
        self.losses[self._taken], self.kl[self._taken] = self._learn(places)
        self.schedule.step()
        self._taken += 1

    def _adam(self, learning_rate: float) -> dict[str, Any]:
        """The arguments of Adam, also of that in Muon."""
        return {"lr": learning_rate, "fused": self.images.device.type != "mps"}

    def _learn(self, places: Tensor) -> tuple[Tensor, Tensor]:
        """One step on the images at these places; returns its MSE and its KL divergence, detached.

        With ``beta`` the loss is the batch's mean of (‖x − x̂‖² + beta · KL) / pixels (Higgins et al., "β-VAE", 2017).
        With a beta of 1, it is up to a constant the negative ELBO of a decoder that gives each pixel a variance of ½.
        """
        originals = warp(self.images[places].float() / 255, self.warp, self.chance)
        originals = originals.contiguous(memory_format=self.compute.memory_format)
        with self._arithmetic():
            reconstructions, kl = self._reconstruct(corrupt(originals, self.corruption, self.strength, self.chance))
        error = nn.functional.mse_loss(reconstructions.float(), originals)
        loss = error + self.beta / originals[0].numel() * kl if self.beta else error
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return error.detach(), kl.detach()

    def _reconstruct(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """The reconstructions, of codes by chance if the network is variational, and the mean KL divergence."""
        if not self.beta:
            return self.model(images), images.new_zeros(())
        posterior, switches = self.model.posterior(images)
        return self.model.decode(posterior.sample(self.chance), switches), posterior.kl().mean()

    def _arithmetic(self) -> AbstractContextManager[object]:
        """The context of the forward pass."""
        context = ExitStack()
        context.enter_context(self.compute.autocast())
        context.enter_context(fast_forms(self.compute.device, self.compute.precision))
        return context


def _schedule(
    config: TrainConfig, optimizer: torch.optim.Optimizer, total: int
) -> torch.optim.lr_scheduler.LRScheduler:
    """One-cycle: Smith and Topin, "Super-convergence", 2018, as in PyTorch; Adam's first beta stays at 0.9."""
    if config.schedule == "constant" or total < SMALLEST_CYCLE:
        return torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0)
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=config.learning_rate, total_steps=total + 1, cycle_momentum=False
    )
