"""Pictures as people and files have them, and as networks take them.

People: uint8 arrays (N, S, S), or in colour (N, S, S, 3), from 0 (black) to 255 (white). Networks: float tensors
(N, C, S, S) from 0 to 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cae.registry import Shape

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Images", "arrays", "brightness", "enlarge", "in_shape", "levels", "pixels", "planes"]

Images = NDArray[np.uint8]  # (N, S, S) or (N, S, S, 3), 0 to 255


def planes(pictures: Images) -> Tensor:
    """Arrays as a uint8 tensor: (N, S, S) → (N, 1, S, S), (N, S, S, 3) → (N, 3, S, S). Shares memory if it can."""
    import torch

    tensor = torch.from_numpy(np.require(pictures, requirements=["W"]))
    return tensor.unsqueeze(1) if tensor.ndim == 3 else tensor.permute(0, 3, 1, 2)


def arrays(pictures: Tensor) -> Images:
    """The inverse of ``planes``, contiguous and on the CPU."""
    last = pictures.squeeze(1) if pictures.shape[1] == 1 else pictures.permute(0, 2, 3, 1)
    found: Images = last.contiguous().cpu().numpy()
    return found


def pixels(pictures: Images) -> Tensor:
    """The input of a network: uint8 arrays → float tensor (N, C, S, S), 0 to 1."""
    return planes(pictures).float() / 255


def levels(pictures: Tensor) -> Images:
    """The inverse of ``pixels``: float tensor (N, C, S, S), 0 to 1 → uint8 arrays."""
    return arrays(pictures.mul(255).round().byte())


def in_shape(grey: Images, shape: Shape) -> Images:
    """Grey pictures (…, S, S) as they are, or for a shape in colour with three equal channels (…, S, S, 3)."""
    return np.repeat(grey[..., None], 3, axis=-1) if shape.channels == 3 else grey


def enlarge(picture: Images, scale: int) -> Images:
    """Nearest-neighbour enlargement of one picture: each pixel becomes a square of ``scale`` × ``scale``."""
    return picture.repeat(scale, axis=0).repeat(scale, axis=1)


def brightness(pictures: Images) -> Images:
    """Pictures in colour (N, S, S, 3) as grey ones, the mean of their channels; grey ones (N, S, S) as they are."""
    if pictures.ndim == 3:
        return pictures
    grey: Images = np.rint(pictures.mean(-1)).astype(np.uint8)
    return grey
