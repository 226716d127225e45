"""The layers of a network, derived from its config: name, output shape, parameters, purpose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from cae.config import ModelConfig

__all__ = ["REFINEMENT", "Layer", "layers"]

REFINEMENT = -1

Part = Literal["encoder", "code", "decoder"]


@dataclass(frozen=True)
class Layer:
    """One layer. ``shape`` is that of its output for one picture: (C, S, S), or (numbers,).

    ``stage`` counts from 0; the refinement's is −1.

    ``module`` is the path of the layer in ``ConvAutoencoder``; empty for a plain function.
    """

    part: Part
    stage: int
    name: str
    shape: tuple[int, ...]
    parameters: int
    does: str
    module: str = ""


def layers(config: ModelConfig) -> tuple[Layer, ...]:
    """The layers, from the picture to the reconstruction."""
    return (*_encoder(config), *_code(config), *_decoder(config))


def _encoder(config: ModelConfig) -> Iterator[Layer]:
    widths, strides = (1, *config.channels), config.pooling == "stride"
    for stage, (narrow, wide) in enumerate(pairwise(widths)):
        side, half = config.sides[stage], config.sides[stage + 1]
        maps = (wide, half, half) if strides else (wide, side, side)
        path, source = f"encoder.stages.{stage}", "the picture" if stage == 0 else f"all {_maps(narrow)}"
        does = f"{wide} filter{'s' * (wide != 1)} slide{'s' * (wide == 1)} over {source}"
        yield Layer(
            "encoder",
            stage,
            "Convolution 4×4, stride 2" if strides else "Convolution 3×3",
            maps,
            (16 if strides else 9) * narrow * wide,
            f"{does}, two pixels at a time; each answers where its own small pattern is."
            if strides
            else f"{does}; each answers where its own small pattern is.",
            f"{path}.convolution",
        )
        yield _norm("encoder", stage, maps, f"{path}.norm")
        yield _activation(config, "encoder", stage, maps)
        if not strides:
            rest = "remembers where it was (the switch)" if config.unpooling == "switches" else "forgets where it was"
            does = f"Keeps the largest value of each 2×2 window and {rest}."
            yield Layer("encoder", stage, "Max-pooling 2×2", (wide, half, half), 0, does)
        yield from _blocks(config, "encoder", stage, (wide, half, half), f"{path}.blocks")


def _code(config: ModelConfig) -> Iterator[Layer]:
    stage = len(config.channels) - 1
    if not config.code_size:
        return
    maps = (config.channels[-1], config.sides[-1], config.sides[-1])
    numbers = f"{config.code_size} number{'s' * (config.code_size != 1)}"
    inner = config.dense or config.features
    after = 3 + config.residual if config.dense else 0  # modules before: of the dense layer and its residual layers
    if config.dense:
        yield from _dense(config, stage, config.features, config.dense, "encoder.squeeze", 1)
    yield Layer(
        "code",
        stage,
        "Linear",
        (config.code_size,),
        (inner + 1) * config.code_size,
        f"The bottleneck: {numbers}, each a weighted sum of all {inner:,} values before it.",
        f"encoder.squeeze.{1 + after}",
    )
    if config.variational:
        yield Layer(
            "code",
            stage,
            "Linear, log-variance",
            (config.code_size,),
            (inner + 1) * config.code_size,
            "How sure the encoder is of each number. Only training uses it, for noise on the code.",
            "encoder.log_variance",
        )
    if config.dense:
        yield from _dense(config, stage, config.code_size, config.dense, "decoder.spread", 0)
    source = "it" if not config.dense and config.code_size == 1 else "them"
    yield Layer(
        "code",
        stage,
        "Linear",
        (config.features,),
        (config.dense or config.code_size) * config.features,
        f"Makes values for {_maps(maps[0])} out of {source}.",
        f"decoder.spread.{after}",
    )
    yield _norm("code", stage, maps, f"decoder.spread.{2 + after}")
    yield _activation(config, "code", stage, maps)
    yield from _blocks(config, "code", stage, maps, "decoder.spread", first=4 + after)


def _dense(config: ModelConfig, stage: int, inputs: int, outputs: int, module: str, first: int) -> Iterator[Layer]:
    """A dense layer and its residual layers, whose modules are those in ``module`` from the index ``first`` on."""
    yield from _activated(config, stage, inputs, outputs, [f"{module}.{first}", f"{module}.{first + 1}"])
    for place in range(first + 3, first + 3 + config.residual):
        yield from _activated(config, stage, outputs, outputs, [f"{module}.{place}.layers.{one}" for one in range(2)])
        yield _addition("code", stage, (outputs,))


def _blocks(
    config: ModelConfig, part: Part, stage: int, maps: tuple[int, ...], module: str, first: int = 0
) -> Iterator[Layer]:
    """The residual blocks of a stage, whose modules are those in ``module`` from the index ``first`` on."""
    count = maps[0]
    does = f"{count} filter{'s' * (count != 1)} slide{'s' * (count == 1)} over all {_maps(count)}, to correct them."
    for place in range(first, first + config.blocks):
        path = f"{module}.{place}.layers"
        yield Layer(part, stage, "Convolution 3×3", maps, 9 * count**2, does, f"{path}.0")
        yield _norm(part, stage, maps, f"{path}.1")
        yield _activation(config, part, stage, maps)
        yield _addition(part, stage, maps)


def _addition(part: Part, stage: int, shape: tuple[int, ...]) -> Layer:
    what = "numbers" if len(shape) == 1 else "maps"
    does = f"Adds these {what} to those that went into the last three layers: a skip connection."
    return Layer(part, stage, "Addition", shape, 0, does)


def _activated(config: ModelConfig, stage: int, inputs: int, outputs: int, modules: list[str]) -> Iterator[Layer]:
    """A linear layer, its batch norm, with these paths, and its activation."""
    linear, norm = modules
    source = f"all {inputs:,} values" if inputs > 1 else "the value"
    does = f"Makes {outputs} sum{'s' * (outputs != 1)} of {source} before it, each with weights of its own."
    yield Layer("code", stage, "Linear", (outputs,), inputs * outputs, does, linear)
    steadies = "Shifts and scales every number to mean 0 and variance 1 over a batch, which steadies training."
    yield Layer("code", stage, "Batch norm", (outputs,), 2 * outputs, steadies, norm)
    yield _activation(config, "code", stage, (outputs,))


def _decoder(config: ModelConfig) -> Iterator[Layer]:
    widths = (config.refine or 1, *config.channels)
    for place, stage in enumerate(reversed(range(len(config.channels)))):
        narrow, wide, side = widths[stage], widths[stage + 1], config.sides[stage]
        maps, last = (narrow, side, side), stage == 0 and not config.refine
        path = f"decoder.stages.{place}"
        if config.unpooling != "transpose":
            where = (
                "where the encoder's switches say, so the switches carry the drawing past the code"
                if config.unpooling == "switches"
                else "in the top left corner, so nothing bypasses the code"
            )
            yield Layer(
                "decoder",
                stage,
                "Max-unpooling 2×2",
                (wide, side, side),
                0,
                f"Puts every value into a 2×2 window of zeros: {where}.",
            )
        kernel = 4 if config.unpooling == "transpose" else 3
        yield _transposed_convolution(stage, kernel, wide, maps, last, f"{path}.convolution")
        if last:
            yield _sigmoid(stage, maps, f"{path}.finish")
        else:
            yield _norm("decoder", stage, maps, f"{path}.finish.0")
            yield _activation(config, "decoder", stage, maps)
        if stage:
            yield from _blocks(config, "decoder", stage, maps, f"{path}.blocks")
    if config.refine:
        picture = (1, config.sides[0], config.sides[0])
        yield _transposed_convolution(REFINEMENT, 3, config.refine, picture, True, "decoder.refine.0")
        yield _sigmoid(REFINEMENT, picture, "decoder.refine.1")


def _transposed_convolution(
    stage: int, kernel: int, given: int, maps: tuple[int, ...], last: bool, module: str
) -> Layer:
    result = "the picture" if last else _maps(maps[0])
    return Layer(
        "decoder",
        stage,
        "Transposed convolution " + ("4×4, stride 2" if kernel == 4 else "3×3"),
        maps,
        kernel**2 * maps[0] * given + last,
        f"Adds a kernel, scaled by the value, for every value of {_maps(given)}; their sum is {result}.",
        module,
    )


def _sigmoid(stage: int, maps: tuple[int, ...], module: str) -> Layer:
    does = "Maps every value to a pixel between black (0) and white (1)."
    return Layer("decoder", stage, "Sigmoid", maps, 0, does, module)


def _norm(part: Part, stage: int, maps: tuple[int, ...], module: str) -> Layer:
    does = "Shifts and scales every map to mean 0 and variance 1 over a batch, which steadies training."
    return Layer(part, stage, "Batch norm", maps, 2 * maps[0], does, module)


def _activation(config: ModelConfig, part: Part, stage: int, shape: tuple[int, ...]) -> Layer:
    if config.activation == "relu":
        return Layer(part, stage, "ReLU", shape, 0, "Sets negative values to zero.")
    return Layer(
        part,
        stage,
        "SiLU",
        shape,
        0,
        "The value times its own sigmoid: like ReLU, but smooth.",
    )


def _maps(count: int) -> str:
    return f"{count} map{'s' * (count != 1)}"
