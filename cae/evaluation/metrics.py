"""The metrics of a reconstruction: MSE, RMSE, PSNR and SSIM, per image and over a set.

Images are float (N, C, H, W) with pixels in [0, 1]. Per-image functions return (N,).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn import functional as F

from cae.runs.figures import Figures

__all__ = ["PerImage", "mse", "per_image", "psnr", "rmse", "ssim"]


def mse(originals: Tensor, reconstructions: Tensor) -> Tensor:
    """Mean squared error over the pixels of each image. 0 is perfect."""
    return (originals - reconstructions).square().mean(dim=(1, 2, 3))


def rmse(originals: Tensor, reconstructions: Tensor) -> Tensor:
    """Square root of each image's mean squared error: the typical error of a pixel, in the unit of pixels."""
    return mse(originals, reconstructions).sqrt()


def psnr(originals: Tensor, reconstructions: Tensor) -> Tensor:
    """Peak signal-to-noise ratio in decibels for the data range 1: −10·log₁₀(MSE). Perfect is infinite."""
    return -10 * mse(originals, reconstructions).log10()


def ssim(originals: Tensor, reconstructions: Tensor) -> Tensor:
    """Structural similarity in [−1, 1]; 1 is perfect.

    Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment", IEEE TIP 13(4), 2004: an 11×11 Gaussian
    window with σ = 1.5, K₁ = 0.01, K₂ = 0.03, data range 1, averaged over the windows that lie wholly inside
    the image, and in colour over the channels. Raises ``ValueError`` for images smaller than the window.
    """
    if min(originals.shape[-2:]) < WINDOW:
        raise ValueError(f"SSIM needs images of at least {WINDOW}×{WINDOW} pixels.")
    offsets = torch.arange(WINDOW, dtype=originals.dtype, device=originals.device) - WINDOW // 2
    weights = torch.exp(-offsets.square() / (2 * SIGMA**2))
    weights = weights / weights.sum()

    x, y = (images.flatten(0, 1).unsqueeze(1) for images in (originals, reconstructions))  # each channel by itself
    moments = torch.cat([x, y, x * x, y * y, x * y], dim=1)  # (N·C, 5, H, W)
    across, down = (weights.view(1, 1, *shape).expand(5, 1, *shape) for shape in ((1, WINDOW), (WINDOW, 1)))
    mean_x, mean_y, xx, yy, xy = F.conv2d(F.conv2d(moments, across, groups=5), down, groups=5).unbind(1)
    luminance = (2 * mean_x * mean_y + C1) / (mean_x**2 + mean_y**2 + C1)
    contrast = (2 * (xy - mean_x * mean_y) + C2) / (xx - mean_x**2 + yy - mean_y**2 + C2)
    return (luminance * contrast).mean(dim=(1, 2)).view(originals.shape[:2]).mean(1)


WINDOW = 11
SIGMA = 1.5
C1 = 0.01**2
C2 = 0.03**2


@dataclass(frozen=True, eq=False)
class PerImage:
    """The figures of each image, every tensor (N,)."""

    mse: Tensor
    psnr: Tensor
    ssim: Tensor

    @property
    def rmse(self) -> Tensor:
        return self.mse.sqrt()

    def each(self) -> tuple[Figures, ...]:
        """The figures of each image as plain numbers."""
        columns = [getattr(self, one.name) for one in fields(Figures)]
        return tuple(Figures(*row) for row in torch.stack(columns, 1).tolist())

    def over_set(self) -> Figures:
        mean = float(self.mse.mean())
        return Figures(mean, mean**0.5, float(self.psnr.mean()), float(self.ssim.mean()))


def per_image(originals: Tensor, reconstructions: Tensor) -> PerImage:
    """Every metric of every image."""
    error = mse(originals, reconstructions)
    return PerImage(error, -10 * error.log10(), ssim(originals, reconstructions))
