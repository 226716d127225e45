"""Augmentation: training pictures are deformed at random in every epoch, which reduces overfitting."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["warp"]

NODES = 4  # nodes along a side


def warp(images: Tensor, pixels: float, generator: torch.Generator) -> Tensor:
    """``images`` (N, C, side, side) in [0, 1], each with its own random elastic distortion.

    The nodes of a coarse grid move at random, with a standard deviation that differs from picture to picture: it is
    uniform between 0 and ``pixels``. Between the nodes the movement is interpolated (bicubic), and so are the pixels.
    Pixels from outside are black. These are the elastic distortions of Simard, Steinkraus and Platt, "Best practices
    for convolutional neural networks applied to visual document analysis", 2003, with a grid for their Gaussian filter.

    ``generator`` must live on the images' device. 0 pixels give the images themselves.
    """
    if pixels == 0:
        return images
    count, _, _, side = images.shape
    device = images.device
    strengths = pixels * torch.rand((count, 1, 1, 1), generator=generator, device=device)
    nodes = strengths * torch.randn((count, 2, NODES, NODES), generator=generator, device=device)
    moves = functional.interpolate(nodes, size=(side, side), mode="bicubic", align_corners=True).permute(0, 2, 3, 1)
    centres = torch.arange(side, device=device) + 0.5
    places = torch.stack(torch.meshgrid(centres, centres, indexing="xy"), dim=-1) + moves
    # Not all versions for Apple's GPUs have bicubic interpolation, which is sharper.
    mode = "bilinear" if device.type == "mps" else "bicubic"
    return functional.grid_sample(images, places * (2 / side) - 1, mode=mode, align_corners=False).clamp(0, 1)
