"""The figures of a set of images as plain numbers, without torch."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Figures"]


@dataclass(frozen=True)
class Figures:
    """A set's figures. RMSE is the root of the set's MSE; PSNR and SSIM are means over the images."""

    mse: float
    rmse: float
    psnr: float
    ssim: float
