"""Corruption of the input pictures, which a denoising autoencoder learns to undo."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["add_noise"]


def add_noise(images: Tensor, deviation: float, generator: torch.Generator) -> Tensor:
    """``images`` in [0, 1] plus Gaussian noise of this standard deviation, clipped to [0, 1] again.

    ``generator`` must live on the images' device. A deviation of 0 gives the images themselves.
    """
    if deviation == 0:
        return images
    noise = torch.randn(images.shape, generator=generator, device=images.device, dtype=images.dtype)
    return (images + deviation * noise).clamp(0, 1)
