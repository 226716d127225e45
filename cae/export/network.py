"""A network as the source of a PyTorch module, as somebody would write it by hand for this network alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from cae.export.layers import LOG_VARIANCE, Layer, Layers, kernel, log_variance, output_padding
from cae.model import LOG_VARIANCES
from cae.training.events import Weights

__all__ = ["to_source"]

LONGEST_LINE = 120
BEGINS_LINE = {"convolution", "transposed convolution", "flatten", "max-pool", "max-unpool"}
SHORTCUT = "shortcut"  # what a residual layer or block adds its result to
ACTIVATIONS = {"relu": "F.relu", "silu": "F.silu", "sigmoid": "torch.sigmoid"}

HEAD = '''"""A convolutional autoencoder in plain PyTorch. ``load()`` gives it with the trained weights."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
{functional}
__all__ = ["Network", "load"]

WEIGHTS = Path(__file__).with_name("weights.safetensors")


'''

FUNCTIONAL = "from torch.nn import functional as F\n"

LOAD = '''def load(path: Path = WEIGHTS) -> Network:
    """The network with the weights in this file, ready for use."""
    network = Network()
    network.load_state_dict(load_file(path))
    return network.eval().to(memory_format=torch.channels_last)  # the faster layout for convolutions
'''

TOP_LEFT = '''def place_top_left(maps: Tensor, side: int) -> Tensor:
    """Enlarge maps (B, C, H, W) to (B, C, side, side): each value goes to the top left of its 2×2 window."""
    height, width = maps.shape[2:]
    enlarged = maps.new_zeros(*maps.shape[:2], side, side)
    enlarged[:, :, : 2 * height : 2, : 2 * width : 2] = maps
    return enlarged'''


def to_source(layers: Layers, weights: Weights, first_weights: Weights) -> str:
    """The text of ``network.py``. ``first_weights`` are those of the untrained network."""
    network = "\n".join(_network(layers, weights, first_weights))
    parts = [network, *([TOP_LEFT] if "place_top_left" in network else []), LOAD]
    return HEAD.format(functional=FUNCTIONAL if "F." in network else "") + "\n\n\n".join(parts)


def _network(layers: Layers, weights: Weights, first_weights: Weights) -> Iterator[str]:
    """The lines of the class."""
    picture, code = _batch(layers.encode[0].given), _batch(layers.encode[-1].step.shape)
    switches = [f"switches{pool + 1}" for pool in sorted(layers.used_pools)]
    variational = bool(log_variance(weights))
    yield "class Network(nn.Module):"
    yield f'    """Pictures {picture}, 0 to 1 → a code {code} → pictures.'
    yield ""
    if switches:
        yield "    The decoder also needs the switches: the position of the maximum in each window of a max-pooling."
    else:
        yield "    The decoder gets nothing but the code."
    if variational:
        yield "    The encoder gives a Gaussian of codes for each picture. In use, its mean is the code."
    yield '    """'
    yield ""
    yield "    def __init__(self) -> None:"
    yield "        super().__init__()"
    yield "        # The encoder"
    yield from _modules(layers.encode, weights)
    if variational:
        yield f"        self.{LOG_VARIANCE} = {_linear(layers.encode[-1], weights)}  # only training needs it"
    yield "        # The decoder"
    yield from _modules(layers.decode, weights)
    yield from _first_bias(layers.decode, first_weights)
    yield ""
    yield from _encoder(layers, switches, variational)
    yield ""
    yield from _decoder(layers, switches)
    yield ""
    yield "    def forward(self, pictures: Tensor) -> Tensor:"
    yield f'        """Pictures {picture}, 0 to 1 → their reconstructions."""'
    yield f"        return self.decode({'*' if switches else ''}self.encode(pictures))"


def _modules(layers: Iterable[Layer], weights: Weights) -> Iterator[str]:
    for layer in layers:
        if layer.name:
            yield _wrapped(f"        self.{layer.name} = {_module(layer, weights)}")


def _wrapped(line: str) -> str:
    """A line with a call, whose arguments have a line of their own if it would be too long."""
    if len(line) <= LONGEST_LINE:
        return line
    head, _, rest = line.partition("(")
    arguments, _, tail = rest.rpartition(")")
    indent = " " * (len(line) - len(line.lstrip()))
    return f"{head}(\n{indent}    {arguments}\n{indent}){tail}"


def _module(layer: Layer, weights: Weights) -> str:
    step, bias = layer.step, "" if "bias" in layer.step.parameters else ", bias=False"
    match step.kind:
        case "convolution" | "transposed convolution":
            stride, padding = step.numbers["stride"], step.numbers["padding"]
            values = [layer.given[0], step.shape[0], f"kernel_size={kernel(layer, weights)}"]
            values += [f"stride={stride}"] if stride > 1 else []
            values += [f"padding={padding}"] if padding else []
            if step.kind == "convolution":
                return f"nn.Conv2d({', '.join(map(str, values))}{bias})"
            beyond = output_padding(layer, weights)
            values += [f"output_padding={beyond}"] if beyond else []
            return f"nn.ConvTranspose2d({', '.join(map(str, values))}{bias})"
        case "batch norm":
            return f"nn.BatchNorm{2 if len(step.shape) == 3 else 1}d({step.shape[0]})"
    return _linear(layer, weights)


def _linear(layer: Layer, weights: Weights) -> str:
    outputs, inputs = weights[layer.step.parameters["weight"]].shape
    return f"nn.Linear({inputs}, {outputs}{'' if 'bias' in layer.step.parameters else ', bias=False'})"


def _first_bias(layers: Iterable[Layer], first_weights: Weights) -> Iterator[str]:
    """The line that lets an untrained network begin at a mean brightness."""
    last = [layer for layer in layers if layer.name][-1]
    bias = float(first_weights[last.step.parameters["bias"]][0])
    pixel = 1 / (1 + math.exp(-bias))
    yield f"        # Training begins with pixels of about {pixel:.2g}, the sigmoid of {bias:g}."
    yield f"        nn.init.constant_(self.{last.name}.bias, {bias})"


def _encoder(layers: Layers, switches: list[str], variational: bool) -> Iterator[str]:
    lines, result = _lines("pictures", layers.encode, layers.used_pools)
    also = "".join(f", {one}" for one in switches)
    returned = f"tuple[{', '.join(['Tensor'] * (1 + len(switches)))}]" if switches else "Tensor"
    code, told = _batch(layers.encode[-1].step.shape), ", and the switches" if switches else ""
    yield f"    def encode(self, pictures: Tensor) -> {returned}:"
    yield f'        """Pictures {_batch(layers.encode[0].given)}, 0 to 1 → the code {code}{told}."""'
    if not variational:
        if len(f"        return {result}{also}") > LONGEST_LINE:
            result = _assigned(lines, result, layers.encode[-1].step.shape)
        yield from lines
        yield f"        return {result}{also}"
        return
    yield f"        mean, _{also} = self.posterior(pictures)"
    yield f"        return mean{also}"
    yield ""
    yield f"    def posterior(self, pictures: Tensor) -> tuple[{', '.join(['Tensor'] * (2 + len(switches)))}]:"
    yield f'        """Pictures → mean {code} and logarithm of the variance {code} of each Gaussian{told}."""'
    yield from lines
    mean, values = layers.encode[-1].name, result.split("(", 1)[1].removesuffix(")")
    if not values.isidentifier():
        yield f"        values = {values}"
        values = "values"
    low, high = LOG_VARIANCES
    yield f"        log_variance = self.{LOG_VARIANCE}({values}).clamp({low:g}, {high:g})"
    yield f"        return self.{mean}({values}), log_variance{also}"


def _decoder(layers: Layers, switches: list[str]) -> Iterator[str]:
    lines, result = _lines("code", layers.decode, layers.used_pools)
    arguments = "".join(f", {one}: Tensor" for one in ["code", *switches])
    told = " and the switches of its picture" if switches else ""
    given, picture = _batch(layers.decode[0].given), _batch(layers.decode[-1].step.shape)
    yield _wrapped(f"    def decode(self{arguments}) -> Tensor:")
    yield f'        """A code {given}{told} → pictures {picture}."""'
    yield from lines
    yield f"        return {result}"


def _lines(value: str, layers: Sequence[Layer], used_pools: frozenset[int]) -> tuple[list[str], str]:
    """The lines that compute the layers after ``value``, and the expression of their result."""
    lines: list[str] = []
    sources = {layer.step.numbers["source"] for layer in layers if layer.step.kind == "add"}
    expression, pools, before = value, 0, ""
    for place, layer in enumerate(layers):
        step = layer.step
        begins = step.kind in BEGINS_LINE or before == "unflatten" or (step.kind == "linear" and before != "flatten")
        if begins and not expression.isidentifier():
            expression = _assigned(lines, expression, layer.given)
        match step.kind:
            case "max-pool":
                if pools in used_pools:
                    pooled = f"F.max_pool2d({expression}, 2, return_indices=True)"
                    name = SHORTCUT if place in sources else "maps"
                    lines.append(f"        {name}, switches{pools + 1} = {pooled}  # {_batch(step.shape)}")
                    expression = name
                else:
                    expression = f"F.max_pool2d({expression}, 2)"
                pools += 1
            case "max-unpool":
                expression = _unpooled(expression, layer)
            case "flatten":
                expression += ".flatten(1)"
            case "unflatten":
                expression += f".unflatten(1, {step.shape})"
            case "relu" | "silu" | "sigmoid":
                expression = f"{ACTIVATIONS[step.kind]}({expression})"
            case "add":
                expression = f"{SHORTCUT} + {expression}"
            case _:
                expression = f"self.{layer.name}({expression})"
        if place in sources and expression != SHORTCUT:
            expression = _assigned(lines, expression, step.shape, SHORTCUT)
        before = step.kind
    return lines, expression


def _assigned(lines: list[str], expression: str, shape: tuple[int, ...], name: str = "") -> str:
    """Write the line that gives the expression a name; returns the name."""
    name = name or ("maps" if len(shape) == 3 else "values")
    lines.append(f"        {name} = {expression}  # {_batch(shape)}")
    return name


def _unpooled(maps: str, layer: Layer) -> str:
    pool, side = layer.step.numbers["pool"], layer.step.shape[-1]
    if pool is None:
        return f"place_top_left({maps}, {side})"
    return f"F.max_unpool2d({maps}, switches{pool + 1}, 2, output_size=({side}, {side}))"


def _batch(shape: tuple[int, ...]) -> str:
    """A shape in words: (B, C, H, W) or (B, N)."""
    return f"(B, {', '.join(map(str, shape))})"
