"""The shape of a network: ``ModelConfig``, whose fields carry their own ranges, labels and explanations."""

from __future__ import annotations

from bisect import bisect_right
from copy import copy
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Literal

from cae.config.derived import Derived
from cae.config.settings import Checked, Choice, Integer, Integers, Real, setting, shown, written
from cae.registry import Shape

__all__ = ["Activation", "ModelConfig", "Pooling", "Unpooling"]

Unpooling = Literal["switches", "fixed", "transpose"]
Pooling = Literal["max", "stride"]
Activation = Literal["relu", "silu"]

MAX_PARAMETERS = 5_000_000  # a file of 20 MB; without a code size no network comes near


@dataclass(frozen=True)
class ModelConfig(Checked, Derived):
    """The shape of the network. Every stage halves the side of the picture, whose shape the data set gives."""

    channels: tuple[int, ...] = setting(
        (16, 32),
        "Channels",
        "Feature maps of each stage. More maps and more stages see more and train more slowly.",
        Integers(1, 128, longest=4),
    )
    code_size: int | None = setting(
        None,
        "Code size",
        "Numbers in the linear bottleneck; fewer keep less. None: the last feature map is the code.",
        Integer(1, 512, optional=True),
    )
    unpooling: Unpooling = setting(
        "switches",
        "Unpooling",
        "How the decoder enlarges its maps. Switches carry the picture around the bottleneck.",
        Choice(
            {
                "switches": "The decoder gets the position of each maximum: 2 bits a window bypass the code.",
                "fixed": "Every value goes to the same corner: nothing bypasses the code.",
                "transpose": "A strided transposed convolution: nothing bypasses the code.",
            }
        ),
    )
    pooling: Pooling = setting(
        "max",
        "Pooling",
        "How the encoder halves its maps. Strided convolutions are faster and see more, but leave no switches.",
        Choice(
            {
                "max": "Max-pooling keeps the largest of four neighbours, and can remember where it was.",
                "stride": "A strided convolution in its place, which learns what to keep of them.",
            }
        ),
    )

    dense: int | None = setting(
        None,
        "Dense",
        "Units of an extra nonlinear layer before and after the code. Helps small codes most; costs parameters.",
        Integer(1, 1024, optional=True),
    )

    residual: int = setting(
        0,
        "Residual layers",
        "More dense layers on each side of the code, after the first. Each adds its result to its input, so it need "
        "only learn what to change. They help small codes. Each costs twice the square of the dense units in weights.",
        Integer(0, 4),
    )

    blocks: int = setting(
        0,
        "Residual blocks",
        "Convolutions after each stage, in encoder and decoder, but at the picture's own size. Each adds its result to "
        "its input. They give finer reconstructions; one at each stage makes steps 1.5 to 2 times as slow.",
        Integer(0, 2),
    )

    activation: Activation = setting(
        "relu",
        "Activation",
        "The nonlinearity after every batch norm. Without one, all layers together could do no more than one.",
        Choice(
            {
                "relu": "Sets negative values to zero: the classic.",
                "silu": "The value times its own sigmoid: like ReLU, but smooth. Steps are slower and teach more.",
            }
        ),
    )

    refine: int | None = setting(
        None,
        "Refine",
        "Feature maps of an extra last layer at full size. More give finer lines and slower steps.",
        Integer(1, 128, optional=True),
    )

    beta: float = setting(
        0.0,
        "Beta",
        "Weight of the KL term, which makes the network variational: it pulls the codes towards a standard Gaussian, "
        "so that new digits can be drawn from there. Needs a code size, and no switches to draw without a picture. "
        "More makes reconstructions blurrier. 0: a plain network.",
        Real(0.0, 10.0),
    )

    picture: Shape = Shape()  # not a setting: a TrainConfig takes it from its data set

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.picture, Shape):
            raise ValueError(f"picture is {shown(self.picture)}; it must be a Shape.")
        if self.dense and not self.code_size:
            raise ValueError(
                f"dense is {self.dense}; it must be none where code_size is none: it stands beside a code."
            )
        if self.residual and not self.dense:
            raise ValueError(
                f"residual is {self.residual}; it must be 0 where dense is none: set dense, or set residual to 0."
            )
        if self.beta and not self.code_size:
            raise ValueError(
                f"beta is {self.beta:g}; it must be 0 where code_size is none: set a code size, or set beta to 0."
            )
        if self.pooling == "stride" and self.unpooling == "switches":
            raise ValueError("pooling is stride; it must be max where unpooling is switches: a stride leaves none.")
        if self.parameters > MAX_PARAMETERS:
            for name, least in (("residual", 0), ("blocks", 0), ("dense", 1), ("code_size", 1)):
                value = getattr(self, name)
                allowed = bisect_right(range(least, value or 0), MAX_PARAMETERS, key=partial(self._parameters, name))
                if allowed:
                    most = least + allowed - 1
                    raise ValueError(
                        f"{name} is {value}; after channels {written(self.channels)} it must be at most {most}: a "
                        f"network has at most {MAX_PARAMETERS / 1e6:g} million parameters."
                    )

    def _parameters(self, name: str, value: int) -> int:
        """The parameters with another value of a field."""
        other = copy(self)
        object.__setattr__(other, name, value)
        return other.parameters

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON.

        A picture of the usual shape, and residual layers and blocks that are not there, are left out, as in older
        files: a network keeps its digest.
        """
        values = asdict(self)
        for name in ("picture", "residual", "blocks"):
            if getattr(self, name) == getattr(type(self), name):
                del values[name]
        return values
