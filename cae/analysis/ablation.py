"""Ablation of code and switches: replace one of them and measure how much of the picture the other carried.

An offset is a switch relative to its window: 0 top left, 1 top right, 2 bottom left, 3 bottom right. Unlike a
position in the map, it can be moved to another window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import torch
from torch import Tensor

from cae.config import ModelConfig
from cae.evaluation.metrics import mse
from cae.model import ConvAutoencoder, Switches

__all__ = [
    "CODES",
    "SWITCHES",
    "CodeSource",
    "SwitchSource",
    "average_code",
    "errors",
    "offsets",
    "partners",
    "places",
    "reconstruct",
]

CodeSource = Literal["own", "zero", "average", "other"]
SwitchSource = Literal["own", "fixed", "shuffled", "other"]

CODES: Mapping[CodeSource, str] = {
    "own": "The picture's own code.",
    "zero": "Every number of the code is zero.",
    "average": "The mean of the codes of many pictures: the same for every picture.",
    "other": "The code of another picture.",
}
SWITCHES: Mapping[SwitchSource, str] = {
    "own": "The picture's own switches.",
    "fixed": "Every switch points to the top left: they tell nothing.",
    "shuffled": "The picture's own switches, each moved to another window of its map.",
    "other": "The switches of another picture.",
}


def offsets(switches: Tensor, side: int) -> Tensor:
    """Positions (..., S/2, S/2) in flattened maps of ``side`` rows → offsets 0 to 3, of the same shape."""
    return 2 * (switches // side % 2) + switches % side % 2


def places(offsets: Tensor, side: int) -> Tensor:
    """Offsets (..., S/2, S/2) → positions in flattened maps of ``side`` rows."""
    rows = 2 * torch.arange(offsets.shape[-2], device=offsets.device)[:, None] + offsets // 2
    columns = 2 * torch.arange(offsets.shape[-1], device=offsets.device) + offsets % 2
    return rows * side + columns


def average_code(model: ConvAutoencoder, pictures: Tensor, batch: int = 250) -> Tensor:
    """The mean code (1, …) of float pictures (N, C, S, S)."""
    with torch.inference_mode():
        total = sum(model.encode(part)[0].sum(0, keepdim=True) for part in pictures.split(batch))
    assert isinstance(total, Tensor)
    return total / len(pictures)


def reconstruct(
    model: ConvAutoencoder,
    pictures: Tensor,
    others: Tensor,
    average: Tensor,
    *,
    code: CodeSource = "own",
    switches: SwitchSource = "own",
    seed: int = 0,
) -> Tensor:
    """Decode with a replacement for the pictures' own code, switches or both.

    ``pictures`` and ``others`` are float (B, C, S, S), ``average`` is what ``average_code`` gives; the result is
    (B, C, S, S). ``seed`` sets the order of shuffled switches. Without switches, only the code matters.
    """
    with torch.inference_mode():
        own = model.encode(pictures)
        other = model.encode(others) if "other" in (code, switches) else own
        given = _switches(switches, own[1], other[1], model.config, seed)
        return model.decode(_code(code, own[0], other[0], average), given)


def errors(
    model: ConvAutoencoder,
    pictures: Tensor,
    others: Tensor,
    average: Tensor,
    *,
    codes: Sequence[CodeSource],
    switches: Sequence[SwitchSource],
    seed: int = 0,
) -> Tensor:
    """The MSE of every picture with every replacement, (codes, switches, B). Arguments as in ``reconstruct``."""
    with torch.inference_mode():
        own, other = model.encode(pictures), model.encode(others)
        given = [_switches(source, own[1], other[1], model.config, seed) for source in switches]
        found = [
            mse(pictures, model.decode(_code(source, own[0], other[0], average), one))
            for source in codes
            for one in given
        ]
        return torch.stack(found).view(len(codes), len(switches), -1)


def partners(labels: Sequence[int]) -> list[int]:
    """For each picture the index of the next one, cyclically, with another label.

    Code and switches of a picture of the same class would still seem to fit.
    """
    count = len(labels)

    def partner(place: int) -> int:
        following = ((place + step) % count for step in range(count))
        return next((one for one in following if labels[one] != labels[place]), place)

    return [partner(place) for place in range(count)]


def _code(source: CodeSource, own: Tensor, other: Tensor, average: Tensor) -> Tensor:
    match source:
        case "own":
            return own
        case "zero":
            return torch.zeros_like(own)
        case "average":
            return average.expand_as(own)
        case "other":
            return other


def _switches(source: SwitchSource, own: Switches, other: Switches, config: ModelConfig, seed: int) -> Switches:
    match source:
        case "own":
            return own
        case "fixed":
            return _fixed(own, config)
        case "shuffled":
            return _shuffled(own, config, seed)
        case "other":
            return other


def _fixed(switches: Switches, config: ModelConfig) -> Switches:
    return tuple(places(torch.zeros_like(one), side) for one, side in zip(switches, config.sides, strict=False))


def _shuffled(switches: Switches, config: ModelConfig, seed: int) -> Switches:
    """Permute the offsets of every map among its windows, each map in its own order."""
    chance = torch.Generator().manual_seed(seed)
    moved = []
    for one, side in zip(switches, config.sides, strict=False):
        within = offsets(one, side).flatten(2)
        order = torch.rand(within.shape, generator=chance).argsort(-1).to(one.device)
        moved.append(places(within.gather(2, order).view_as(one), side))
    return tuple(moved)
