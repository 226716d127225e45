"""A small classifier of digits, whose features measure how close sets of pictures are to real digits.

It is trained on MNIST and shipped. Its features are not those of an Inception network: a Fréchet distance in them is
no FID, and compares only with other distances in the same features.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from cae.data.datasets import Split
from cae.engine.adam import Adam
from cae.once import once

__all__ = ["Classifier", "features", "shipped", "train"]

FILE = Path(__file__).parents[2] / "assets" / "classifier.safetensors"
PART = 500  # pictures at a time
BATCH, RATE = 128, 3e-3


class Classifier(nn.Module):
    """Two convolutions with pooling, one hidden layer: images (N, 1, 28, 28) in [0, 1] → logits (N, 10)."""

    SIZE = 64  # features

    def __init__(self) -> None:
        super().__init__()
        self.maps = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
        )
        self.hidden = nn.Linear(32 * 7 * 7, self.SIZE)
        self.out = nn.Linear(self.SIZE, 10)

    def features(self, images: Tensor) -> Tensor:
        """The hidden layer, (N, 64), before its ReLU."""
        hidden: Tensor = self.hidden(self.maps(images))
        return hidden

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.out(F.relu(self.features(images)))
        return logits


@once
def shipped() -> Classifier:
    """The classifier in ``assets``, which was trained on MNIST. Use it on a long-lived thread only."""
    model = Classifier()
    model.load_state_dict(load_file(FILE))
    return model.eval().requires_grad_(False)


def features(images: Tensor) -> Tensor:
    """The features (N, 64) of uint8 or float images (N, 1, 28, 28)."""
    model = shipped()
    with torch.inference_mode():
        parts = [model.features(part / 255 if part.dtype == torch.uint8 else part) for part in images.split(PART)]
    return torch.cat(parts)


def train(split: Split, epochs: int, seed: int) -> Iterator[Classifier]:
    """Train on labelled pictures with cross-entropy and Adam, the rate falling to 0; yields after each epoch."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Classifier()
        optimiser = Adam(model.parameters(), lr=RATE)
        batches = -(-len(split) // BATCH)
        falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs * batches)
        for _ in range(epochs):
            model.train()
            for places in torch.randperm(len(split)).split(BATCH):
                loss = F.cross_entropy(model(split.images[places].float() / 255), split.labels[places])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                falling.step()
            yield model.eval()
