"""The layers of a network by the names that they have in the exported source, weights and ONNX file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cae.program.steps import Step, Steps
from cae.training.events import Weights

__all__ = ["LOG_VARIANCE", "Layer", "Layers", "kernel", "log_variance", "name_layers", "output_padding", "rename"]

SHORT = {"convolution": "conv", "transposed convolution": "conv", "linear": "linear", "batch norm": "norm"}
ROLES = {"mean": "running_mean", "variance": "running_var"}  # of a batch norm, as PyTorch's module calls them
COUNTER = "num_batches_tracked"  # of a batch norm: no step uses it, but its module has it
LOG_VARIANCE, TRAINED_AS = "encoder_log_variance", "encoder.log_variance"


@dataclass(frozen=True)
class Layer:
    """A step, its input's shape and, if it has parameters, the name of its module."""

    step: Step
    given: tuple[int, ...]  # (C, H, W) or (N,)
    name: str = ""


@dataclass(frozen=True)
class Layers:
    """The layers of both parts, each in the order of computation."""

    encode: tuple[Layer, ...]
    decode: tuple[Layer, ...]

    @property
    def used_pools(self) -> frozenset[int]:
        """The max-pools, counted from 0, whose switches a max-unpool uses."""
        pools = (layer.step.numbers.get("pool") for layer in self.decode if layer.step.kind == "max-unpool")
        return frozenset(pool for pool in pools if pool is not None)


def name_layers(steps: Steps, weights: Weights) -> Layers:
    """Name the modules after their part, their kind and their place: ``encoder_conv1``, and ``encoder_norm1`` after it.

    A linear layer at the end of the encoder is ``encoder_code``, or ``encoder_mean`` in a variational network.
    """
    encode = list(_named("encoder", steps.encode, steps.picture))
    last = encode[-1]
    if last.step.kind == "linear":
        encode[-1] = Layer(last.step, last.given, "encoder_mean" if log_variance(weights) else "encoder_code")
    return Layers(tuple(encode), tuple(_named("decoder", steps.decode, steps.encode[-1].shape)))


def _named(part: str, steps: tuple[Step, ...], given: tuple[int, ...]) -> Iterator[Layer]:
    number = 0
    for step in steps:
        number += bool(step.parameters) and step.kind != "batch norm"  # a norm has the number of its layer
        yield Layer(step, given, f"{part}_{SHORT[step.kind]}{number}" if step.parameters else "")
        given = step.shape


def log_variance(weights: Weights) -> dict[str, str]:
    """The parameters of the layer that only training uses, as in ``rename``; empty if the network has none."""
    return {name: LOG_VARIANCE + name.removeprefix(TRAINED_AS) for name in weights if name.startswith(TRAINED_AS)}


def rename(layers: Layers, weights: Weights) -> Weights:
    """The weights under the names of the exported modules, in the modules' order."""
    names: dict[str, str] = {}
    for part in (layers.encode, layers.decode):
        for layer in part:
            for role, name in layer.step.parameters.items():
                names[name] = f"{layer.name}.{ROLES.get(role, role)}"
                if role == "variance":
                    names[f"{name.rpartition('.')[0]}.{COUNTER}"] = f"{layer.name}.{COUNTER}"
    names |= log_variance(weights)
    return {new: weights[name] for name, new in names.items()}


def kernel(layer: Layer, weights: Weights) -> int:
    """The side of a convolution's kernel."""
    return int(weights[layer.step.parameters["weight"]].shape[-1])


def output_padding(layer: Layer, weights: Weights) -> int:
    """The rows, and columns, that a transposed convolution adds to the side which its input gives."""
    stride, padding = layer.step.numbers["stride"], layer.step.numbers["padding"]
    least: int = (layer.given[-1] - 1) * stride - 2 * padding + kernel(layer, weights)
    return layer.step.shape[-1] - least
