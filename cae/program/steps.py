"""What a network does to one picture, step by step, without its weights: traced once from the model.

The steps name the model's parameters, so that they fit every network of the same shape. They are plain JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

__all__ = ["Kind", "Step", "Steps"]

Kind = Literal[
    "convolution",
    "transposed convolution",
    "linear",
    "batch norm",
    "flatten",
    "unflatten",
    "relu",
    "silu",
    "sigmoid",
    "max-pool",
    "max-unpool",
    "add",
]


@dataclass(frozen=True)
class Step:
    """One operation on the result of the step before.

    ``parameters`` maps a role ("weight", "bias", "mean", "variance") to the parameter's name in the state dict.
    ``numbers`` are its other arguments: "stride", "padding", "epsilon". A max-unpool has "pool", the index of the
    max-pool whose places it uses; None means the top left of every window. An addition has "source", the index of the
    step in the same part whose result is added.
    """

    kind: Kind
    shape: tuple[int, ...]  # of the result: (C, H, W) or (N,)
    parameters: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Steps:
    """``encode`` takes a picture (C, H, W) of the shape ``picture`` to its code; ``decode`` takes that to a picture."""

    picture: tuple[int, int, int]
    encode: tuple[Step, ...]
    decode: tuple[Step, ...]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Steps:
        """Undo ``as_dict``, also after JSON."""

        def steps(several: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
            return tuple(Step(**{**one, "shape": tuple(one["shape"])}) for one in several)

        channels, height, width = values["picture"]
        return cls((channels, height, width), steps(values["encode"]), steps(values["decode"]))
