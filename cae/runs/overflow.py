"""Upper bounds of the values inside a network: whether any picture could make one overflow."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from torch import nn

from cae.model import ConvAutoencoder, Residual
from cae.training.events import Weights

__all__ = ["overflowing"]

# Float32 ends at 3e38; what fast convolutions add and subtract on their way needs some room. Networks without residual
# blocks that were trained at the highest learning rate reach 1e14; one with a block at each stage, well trained, 5e21.
LIMIT = 1e34
BESIDE = "encoder.log_variance"  # no picture passes it on its way, and the network itself bounds its values

PARTS = ("weight", "bias", "running_mean", "running_var")

Values = Mapping[str, NDArray[np.float64]]
Grows = Callable[[nn.Module, Values, float, int], float]
"""A layer, its values, a bound of its input, and the picture's side → the bound of its output."""


def overflowing(network: ConvAutoencoder, weights: Weights) -> str | None:
    """The first layer in which a picture with pixels in [0, 1] could give a value beyond ``LIMIT``, if there is one.

    ``network`` says what the layers are, in the order in which a picture passes them; ``weights`` holds their
    values, which must be finite and the variances not negative. Pooling, unpooling and the activations enlarge nothing.
    """
    if not _first_beyond(network, weights, _by_sums, 1.0):
        return None
    # The largest value times the largest sum of weights, over and over: in a deep network that is far too much.
    return _first_beyond(network, weights, _by_norms, math.sqrt(network.config.picture.values))


def _first_beyond(network: ConvAutoencoder, weights: Weights, grows: Grows, reach: float) -> str | None:
    """The first layer whose bound is beyond ``LIMIT``. ``reach`` is that of the picture."""
    before, last = 0.0, ""
    for name, layer in network.named_modules():
        if isinstance(layer, Residual):
            before, last = reach, f"{name}.layers.{len(layer.layers) - 1}"
        if name == last:
            reach += before
        own = {part: weights[f"{name}.{part}"].astype(np.float64) for part in PARTS if f"{name}.{part}" in weights}
        if own and name != BESIDE:
            reach = grows(layer, own, reach, network.config.picture.side)
        if reach > LIMIT:
            return str(name)
    return None


def _by_sums(layer: nn.Module, own: Values, reach: float, side: int) -> float:
    """The largest value: multiplied by the largest sum of the absolute weights of one output."""
    if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
        return float((np.abs(_scale(layer, own)) * (reach + np.abs(own["running_mean"])) + np.abs(own["bias"])).max())
    outputs = 1 if isinstance(layer, nn.ConvTranspose2d) else 0
    sums = np.abs(np.moveaxis(own["weight"], outputs, 0)).reshape(own["weight"].shape[outputs], -1).sum(axis=1)
    return float((reach * sums + np.abs(own.get("bias", 0.0))).max())


def _by_norms(layer: nn.Module, own: Values, reach: float, side: int) -> float:
    """The Euclidean norm of all values of a picture: multiplied by the largest singular value of the weights.

    A convolution reads each value as often as its kernel covers it, so its factor is larger by the root of that.
    """
    places = 1 if isinstance(layer, nn.BatchNorm1d | nn.Linear) else side  # the root of those of a map, at most
    if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
        scale = _scale(layer, own)
        shift = own["bias"] - scale * own["running_mean"]
        return float(np.abs(scale).max() * reach + places * np.linalg.norm(shift))
    often = 1
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        often = math.ceil(layer.kernel_size[0] / layer.stride[0])
    matrix = own["weight"].reshape(len(own["weight"]), -1)
    square = matrix @ matrix.T if len(matrix) < matrix.shape[1] else matrix.T @ matrix
    largest = math.sqrt(max(0.0, np.linalg.eigvalsh(square)[-1]))
    return float(reach * often * largest + places * np.linalg.norm(own.get("bias", 0.0)))


def _scale(norm: nn.BatchNorm1d | nn.BatchNorm2d, own: Values) -> NDArray[np.float64]:
    scale: NDArray[np.float64] = own["weight"] / np.sqrt(own["running_var"] + norm.eps)
    return scale
