"""A program: operations on channels-last arrays with their weights. Made from steps and weights; needs no torch.

The page's runtime (``cae/ui/parts/program/runtime.js``) computes it. Arrays are in the order (H, W, C), so that the
innermost loop of a convolution runs over neighbours. The layer before a batch norm takes it in: as a factor for each of
its outputs and a part of its bias. Its weights stay as they are, so that those with 16 bits can travel so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cae.program.steps import Step, Steps

__all__ = ["Operation", "Program", "assemble"]

Values = NDArray[Any]

FOLDED = ("batch norm", "flatten", "unflatten")  # steps that no operation has: the one before takes them in


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation on the result of the one before.

    ``kind`` is a step's; there is no batch norm, flatten or unflatten left. ``weight`` is (K, K, in, out) for both
    kinds of convolution and (in, out) for a linear layer; ``bias`` is (out,), and so is ``scale``, by which the weights
    of each output are to be multiplied. Of a max-unpool, ``pool`` is the number
    of the max-pool whose places it uses, counted from 0; None means the top left of every window. Of an addition,
    ``source`` is the number of the operation in the same part whose result it adds.
    """

    kind: str
    shape: tuple[int, ...]  # of the result: (H, W, C) or (N,)
    weight: Values | None = None
    bias: Values | None = None
    scale: Values | None = None
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Program:
    """``encode`` takes a picture (H, W, C), 0 to 1, to the code; ``decode`` takes the code to a picture."""

    picture: tuple[int, ...]
    encode: tuple[Operation, ...]
    decode: tuple[Operation, ...]


def assemble(steps: Steps, weights: Mapping[str, Values]) -> Program:
    """The program of the network with these weights, named as in the state dict.

    Raises ``ValueError`` for a batch norm or a change of shape without a layer before it that could take it in.
    """
    return Program(
        _last(steps.picture),
        tuple(_operations(steps.encode, steps.picture, weights)),
        tuple(_operations(steps.decode, steps.encode[-1].shape, weights)),
    )


def _operations(steps: tuple[Step, ...], given: tuple[int, ...], weights: Mapping[str, Values]) -> Iterator[Operation]:
    waiting: Operation | None = None  # a batch norm or an unflatten may still change it
    results: list[int] = []  # for each step, the operation whose result is its own
    for step in steps:
        last = results[-1] if results else -1
        results.append(last if step.kind in FOLDED else last + 1)
        values = {role: weights[name].astype(np.float64) for role, name in step.parameters.items()}
        match step.kind:
            case "batch norm":
                waiting = _folded(waiting, values, step)
            case "unflatten":
                waiting = _unflattened(waiting, step)
            case "flatten":
                continue  # maps stay as they are in memory: the next linear layer is told their shape
            case _:
                if waiting:
                    yield _single(waiting)
                waiting = _operation(step, given, values)
                if step.kind == "add":
                    waiting = replace(waiting, numbers={"source": results[step.numbers["source"]]})
        given = step.shape
    if waiting:
        yield _single(waiting)


def _single(operation: Operation) -> Operation:
    """The operation with its values in float32; they are computed in float64."""
    weight, bias, scale = (
        None if values is None else np.ascontiguousarray(values, np.float32)
        for values in (operation.weight, operation.bias, operation.scale)
    )
    return replace(operation, weight=weight, bias=bias, scale=scale)


def _operation(step: Step, given: tuple[int, ...], values: Mapping[str, Values]) -> Operation:
    weight, bias = values.get("weight"), values.get("bias")
    if weight is None:
        return Operation(step.kind, _last(step.shape), numbers=step.numbers)
    match step.kind:
        case "convolution":
            weight = weight.transpose(2, 3, 1, 0)
        case "transposed convolution":
            weight = weight.transpose(2, 3, 0, 1)
        case "linear":
            weight = _channels_last(weight, given)
    return Operation(step.kind, _last(step.shape), weight, bias, numbers=step.numbers)


def _channels_last(weight: Values, given: tuple[int, ...]) -> Values:
    """A linear layer's weight (out, in) as (in, out), where the input is a vector or maps of the shape ``given``."""
    if len(given) == 1:
        return weight.T
    return weight.reshape(-1, *given).transpose(2, 3, 1, 0).reshape(-1, len(weight))


def _unflattened(layer: Operation | None, step: Step) -> Operation:
    """A linear layer whose outputs become maps (C, H, W): its outputs in the order of (H, W, C)."""
    if layer is None or layer.weight is None:
        raise ValueError("An unflatten without a linear layer before it cannot be part of a program.")
    order = np.arange(np.prod(step.shape)).reshape(step.shape).transpose(1, 2, 0).ravel()
    bias, scale = (None if values is None else values[order] for values in (layer.bias, layer.scale))
    return replace(layer, shape=_last(step.shape), weight=layer.weight[..., order], bias=bias, scale=scale)


def _folded(layer: Operation | None, norm: Mapping[str, Values], step: Step) -> Operation:
    """The layer with the batch norm after it: y = (x − mean) · weight / √(variance + ε) + bias, for each channel."""
    if layer is None or layer.weight is None:
        raise ValueError("A batch norm without a layer before it cannot be part of a program.")
    scale = norm["weight"] / np.sqrt(norm["variance"] + step.numbers["epsilon"])
    shift = norm["bias"] - norm["mean"] * scale
    repeats = layer.weight.shape[-1] // len(scale)  # a linear layer may make several values of each channel
    scale, shift = np.tile(scale, repeats), np.tile(shift, repeats)
    bias = shift if layer.bias is None else layer.bias * scale + shift
    return replace(layer, bias=bias, scale=scale if layer.scale is None else layer.scale * scale)


def _last(shape: tuple[int, ...]) -> tuple[int, ...]:
    """(C, H, W) as (H, W, C); (N,) as it is."""
    return (*shape[1:], *shape[:1])
