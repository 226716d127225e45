"""Upper bounds of the values inside a network: whether any picture could make one overflow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import nn

from cae.training.events import Weights

__all__ = ["overflowing"]

# Float32 ends at 3e38; what fast convolutions add and subtract on their way needs some room. Networks that were
# trained at the highest learning rate that can be chosen reach 1e14.
LIMIT = 1e30
BESIDE = "encoder.log_variance"  # no picture passes it on its way, and the network itself bounds its values


def overflowing(network: nn.Module, weights: Weights) -> str | None:
    """The first layer in which a picture with pixels in [0, 1] could give a value beyond ``LIMIT``, if there is one.

    ``network`` says what the layers are, in the order in which a picture passes them; ``weights`` holds their
    values, which must be finite and the variances not negative. Each layer multiplies the largest value there can
    be by the largest sum of absolute weights of one output; pooling, unpooling and the activations enlarge nothing.
    """
    reach = 1.0
    for name, layer in network.named_modules():
        if name == BESIDE:
            continue
        match layer:
            case nn.BatchNorm1d() | nn.BatchNorm2d():
                scale = _size(weights, name, "weight") / np.sqrt(_size(weights, name, "running_var") + layer.eps)
                each = scale * (reach + _size(weights, name, "running_mean")) + _size(weights, name, "bias")
            case nn.Conv2d() | nn.ConvTranspose2d() | nn.Linear():
                matrix = _size(weights, name, "weight")
                outputs = 1 if isinstance(layer, nn.ConvTranspose2d) else 0
                each = reach * matrix.sum(axis=tuple(axis for axis in range(matrix.ndim) if axis != outputs))
                if layer.bias is not None:
                    each = each + _size(weights, name, "bias")
            case _:
                continue
        reach = float(each.max())
        if reach > LIMIT:
            return str(name)
    return None


def _size(weights: Weights, layer: str, part: str) -> NDArray[np.float64]:
    return np.abs(weights[f"{layer}.{part}"].astype(np.float64))
