"""The way around the bottleneck: exchange the code, or the switches, and see which of the two carried the picture.

An offset is a switch as seen from its own window: 0 top left, 1 top right, 2 bottom left, 3 bottom right. Unlike a
position in the map, it can be moved to another window.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import torch
from torch import Tensor

from cae.config import ModelConfig
from cae.model import ConvAutoencoder, Switches

__all__ = ["CODES", "SWITCHES", "CodeSource", "SwitchSource", "average_code", "offsets", "places", "reconstruct"]

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
    """The mean code (1, …) of float pictures (N, 1, 28, 28)."""
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
    """Decode what the network is given in place of the pictures' own code and switches.

    ``pictures`` and ``others`` are float (B, 1, 28, 28), ``average`` is what ``average_code`` gives; the result is
    (B, 1, 28, 28). ``seed`` orders the shuffled switches. A network without switches heeds only the code.
    """
    with torch.inference_mode():
        own_code, own_switches = model.encode(pictures)
        other_code, other_switches = model.encode(others)
        codes: dict[CodeSource, Tensor] = {
            "own": own_code,
            "zero": torch.zeros_like(own_code),
            "average": average.expand_as(own_code),
            "other": other_code,
        }
        given: dict[SwitchSource, Switches] = {
            "own": own_switches,
            "fixed": _fixed(own_switches, model.config),
            "shuffled": _shuffled(own_switches, model.config, seed),
            "other": other_switches,
        }
        return model.decode(codes[code], given[switches])


def _fixed(switches: Switches, config: ModelConfig) -> Switches:
    return tuple(places(torch.zeros_like(one), side) for one, side in zip(switches, config.sides, strict=False))


def _shuffled(switches: Switches, config: ModelConfig, seed: int) -> Switches:
    """In every map of every picture the offsets change windows, each map in an order of its own."""
    chance = torch.Generator().manual_seed(seed)
    moved = []
    for one, side in zip(switches, config.sides, strict=False):
        within = offsets(one, side).flatten(2)
        order = torch.rand(within.shape, generator=chance).argsort(-1).to(one.device)
        moved.append(places(within.gather(2, order).view_as(one), side))
    return tuple(moved)
