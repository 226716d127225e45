"""The standard loop, as in tutorials on autoencoders, with the same network and training images.

torchvision's data set with ``ToTensor``, a ``DataLoader`` that shuffles, float32, contiguous tensors, Adam at 1e-3, and
the loss read after every step.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import torch
import torchvision
from torch import Tensor, nn
from torch.utils.data import DataLoader, Subset

from cae.config import ModelConfig
from cae.model import ConvAutoencoder

__all__ = ["SETS", "StandardLoop"]

SETS = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "kmnist": "KMNIST"}  # torchvision's classes
BATCH = 128
LEARNING_RATE = 1e-3


class StandardLoop:
    """The classic network in training. ``images`` are the first so many of the named data set's training images."""

    def __init__(self, dataset: str, images: int, workers: int, device: torch.device, directory: Path) -> None:
        kind = getattr(torchvision.datasets, SETS[dataset])
        everything = kind(directory, train=True, transform=torchvision.transforms.ToTensor())
        self.loader = DataLoader(
            Subset(everything, range(images)), batch_size=BATCH, shuffle=True, num_workers=workers, drop_last=True
        )
        self.device = device
        self.model = ConvAutoencoder(ModelConfig()).to(device)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=LEARNING_RATE)
        self._batches = self._for_ever()

    def for_seconds(self, seconds: float) -> tuple[int, float]:
        """Train for about this time; returns the number of images and the seconds."""
        start, images = time.perf_counter(), 0
        while (spent := time.perf_counter() - start) < seconds:
            self._learn(next(self._batches))
            images += BATCH
        return images, spent

    def for_epochs(self, epochs: int) -> float:
        """Train for this number of epochs more; returns the seconds."""
        start = time.perf_counter()
        for batch in islice(self._for_ever(), epochs * len(self.loader)):
            self._learn(batch)
        return time.perf_counter() - start

    def _for_ever(self) -> Iterator[Tensor]:
        while True:
            for images, _ in self.loader:
                yield images

    def _learn(self, images: Tensor) -> float:
        images = images.to(self.device)
        loss = nn.functional.mse_loss(self.model(images), images)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()
