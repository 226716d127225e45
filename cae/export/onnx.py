"""A network as an ONNX file, which runs without PyTorch.

Every network can be said. Max-unpooling with switches is a scatter: ONNX's max-pool gives the places of the maxima in
the whole batch, laid out flat, and the values are put there. ONNX's own MaxUnpool has no output of odd side.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cae.export.layers import Layer, Layers, kernel, output_padding, rename
from cae.export.protobuf import message
from cae.training.events import Weights

__all__ = ["OUTPUTS", "to_onnx"]

IR_VERSION, OPSET = 8, 17  # of 2022: widely understood
FLOAT, INT64 = 1, 7  # TensorProto.DataType
ATTRIBUTE = {"float": (2, 1), "int": (3, 2), "ints": (8, 7)}  # kind: the value's field, AttributeProto.AttributeType
OUTPUTS = ("reconstructions", "code")
BATCH = "batch"


def to_onnx(layers: Layers, weights: Weights) -> bytes:
    """The file: from ``pictures`` (batch, C, S, S), 0 to 1, to ``reconstructions`` of that shape, and the ``code``."""
    graph = _Graph(layers, weights)
    code = graph.add("pictures", layers.encode)
    back = graph.add(code, layers.decode)
    for name, result in zip(OUTPUTS, (back, code), strict=True):
        graph.node("Identity", [result], [name])
    shape = layers.encode[0].given
    content = message(
        *((1, one) for one in graph.nodes),
        (2, "autoencoder"),
        *((5, _tensor(name, values)) for name, values in graph.constants.items()),
        (11, _described("pictures", shape)),
        (12, _described("reconstructions", shape)),
        (12, _described("code", layers.encode[-1].step.shape)),
    )
    return message((1, IR_VERSION), (2, "cae"), (7, content), (8, message((1, ""), (2, OPSET))))


class _Graph:
    """Nodes and constants, as they are added."""

    def __init__(self, layers: Layers, weights: Weights) -> None:
        self.nodes: list[bytes] = []
        self.constants: dict[str, NDArray[np.generic]] = {}
        self._trained, self._renamed = weights, rename(layers, weights)
        self._used_pools = layers.used_pools
        self._pools: list[tuple[str, str]] = []  # of each max-pool: its input, and the places of its maxima
        self._count = 0

    def add(self, value: str, layers: Iterable[Layer]) -> str:
        """Add these layers after ``value``; returns the name of their result."""
        results: list[str] = []
        for layer in layers:
            value = self._layer(value, layer, results)
            results.append(value)
        return value

    def node(self, kind: str, inputs: list[str], outputs: list[str] | None = None, /, **attributes: object) -> str:
        """Add a node; returns the name of its first output."""
        self._count += 1
        outputs = outputs or [f"{kind.lower()}{self._count}"]
        self.nodes.append(
            message(
                *((1, one) for one in inputs),
                *((2, one) for one in outputs),
                (3, f"node{self._count}"),
                (4, kind),
                *((5, _attribute(name, value)) for name, value in attributes.items()),
            )
        )
        return outputs[0]

    def _constant(self, name: str, values: object, kind: type[np.generic] = np.int64) -> str:
        self.constants[name] = np.asarray(values, kind)
        return name

    def _parameters(self, layer: Layer, *roles: str) -> list[str]:
        """The names of those that the layer has."""
        names = [name for role in roles if (name := f"{layer.name}.{role}") in self._renamed]
        for name in names:
            self.constants[name] = self._renamed[name]
        return names

    def _layer(self, value: str, layer: Layer, results: list[str]) -> str:
        """Add one layer after ``value``; ``results`` are the names of those before it in the same part."""
        step = layer.step
        match step.kind:
            case "convolution":
                return self._convolved("Conv", value, layer)
            case "transposed convolution":
                beyond = [output_padding(layer, self._trained)] * 2
                return self._convolved("ConvTranspose", value, layer, output_padding=beyond)
            case "linear":
                return self.node("Gemm", [value, *self._parameters(layer, "weight", "bias")], transB=1)
            case "batch norm":
                parameters = self._parameters(layer, "weight", "bias", "running_mean", "running_var")
                return self.node("BatchNormalization", [value, *parameters], epsilon=float(step.numbers["epsilon"]))
            case "flatten":
                return self.node("Flatten", [value])
            case "unflatten":
                return self.node("Reshape", [value, self._constant("unflattened", [-1, *step.shape])])
            case "relu":
                return self.node("Relu", [value])
            case "silu":
                return self.node("Mul", [value, self.node("Sigmoid", [value])])
            case "sigmoid":
                return self.node("Sigmoid", [value])
            case "add":
                return self.node("Add", [results[step.numbers["source"]], value])
            case "max-pool":
                return self._pooled(value)
            case "max-unpool":
                pool = step.numbers["pool"]
                return self._top_left(value, layer) if pool is None else self._scattered(value, *self._pools[pool])

    def _convolved(self, kind: str, value: str, layer: Layer, **more: object) -> str:
        return self.node(
            kind,
            [value, *self._parameters(layer, "weight", "bias")],
            kernel_shape=[kernel(layer, self._trained)] * 2,
            strides=[layer.step.numbers["stride"]] * 2,
            pads=[layer.step.numbers["padding"]] * 4,
            **more,
        )

    def _pooled(self, value: str) -> str:
        number = len(self._pools)
        places = f"switches{number + 1}"
        self._pools.append((value, places))
        outputs = [f"pooled{number + 1}", *([places] if number in self._used_pools else [])]
        return self.node("MaxPool", [value], outputs, kernel_shape=[2, 2], strides=[2, 2])

    def _scattered(self, value: str, before: str, places: str) -> str:
        """Each value at its place in maps of the shape of ``before``; all else is 0."""
        flat = self._constant("flat", [-1])
        size = self.node("Reshape", [self.node("Size", [before]), flat])
        nothing = self.node("ConstantOfShape", [size])
        values, where = (self.node("Reshape", [one, flat]) for one in (value, places))
        scattered = self.node("ScatterElements", [nothing, where, values], axis=0)
        return self.node("Reshape", [scattered, self.node("Shape", [before])])

    def _top_left(self, value: str, layer: Layer) -> str:
        """Each value in the top left corner of its window: a transposed convolution of each channel with such a one."""
        channels, side, _ = layer.step.shape
        corner = np.zeros((channels, 1, 2, 2))
        corner[..., 0, 0] = 1
        weight = self._constant(f"corner{side}", corner, np.float32)
        beyond = [side % 2] * 2
        return self.node(
            "ConvTranspose",
            [value, weight],
            group=channels,
            kernel_shape=[2, 2],
            strides=[2, 2],
            output_padding=beyond,
        )


def _attribute(name: str, value: object) -> bytes:
    match value:
        case list():
            field, kind = ATTRIBUTE["ints"]
            return message((1, name), *((field, one) for one in value), (20, kind))
        case int() | float():
            field, kind = ATTRIBUTE[type(value).__name__]
            return message((1, name), (field, value), (20, kind))
    raise TypeError(f"{name} is {value!r}, which is no attribute.")


def _tensor(name: str, values: NDArray[np.generic]) -> bytes:
    kind = FLOAT if values.dtype == np.float32 else INT64
    content = np.ascontiguousarray(values).tobytes()  # little-endian, as on every machine that PyTorch runs on
    return message(*((1, int(size)) for size in values.shape), (2, kind), (8, name), (9, content))


def _described(name: str, shape: tuple[int, ...]) -> bytes:
    """The name, type and shape of an input or output; its first side is that of the batch."""
    sides = message((1, message((2, BATCH))), *((1, message((1, int(size)))) for size in shape))
    return message((1, name), (2, message((1, message((1, FLOAT), (2, sides))))))
