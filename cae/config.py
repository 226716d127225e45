"""What can be chosen: two frozen dataclasses whose fields carry their own ranges, labels and explanations.

The sidebar's widgets, the command line's flags, the checkpoint's metadata and the page's address are all
derived from these fields. A bad value fails at construction with a ``ValueError`` that names the field, the
value and what is allowed.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from itertools import pairwise
from typing import Any, Literal

from cae.settings import Checked, Choice, Integer, Integers, Real, setting, settings, shown, written

__all__ = ["LATER", "Activation", "ModelConfig", "Pooling", "TrainConfig", "Unpooling", "command", "flag", "flags"]

Unpooling = Literal["switches", "fixed", "transpose"]
Pooling = Literal["max", "stride"]
Activation = Literal["relu", "silu"]
Schedule = Literal["one-cycle", "constant"]

IMAGE_SIDE = 28
IMAGE_BITS = IMAGE_SIDE**2 * 8
MAX_PARAMETERS = 5_000_000  # a file of 20 MB; without a code size no network comes near


@dataclass(frozen=True)
class ModelConfig(Checked):
    """The shape of the network. The image is 1×28×28; every stage halves its side."""

    channels: tuple[int, ...] = setting(
        (16, 32),
        "Channels",
        "Feature maps of each stage. More maps and more stages see more and train more slowly.",
        Integers(1, 128, longest=4),
    )
    code_size: int | None = setting(
        None,
        "Code size",
        "Numbers in the linear bottleneck. None leaves the last feature map as the code.",
        Integer(1, 512, optional=True),
    )
    unpooling: Unpooling = setting(
        "switches",
        "Unpooling",
        "How the decoder enlarges its maps. Switches carry the picture around the bottleneck.",
        Choice(
            {
                "switches": "The decoder is told where each maximum was: 2 bits a window go around the code.",
                "fixed": "Every value returns to the same corner: nothing goes around the code.",
                "transpose": "A strided transposed convolution: nothing goes around the code.",
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
        "Numbers in a layer of its own on either side of the code: it bends what a linear code must leave straight. "
        "Helps small codes most.",
        Integer(1, 1024, optional=True),
    )

    activation: Activation = setting(
        "relu",
        "Activation",
        "What bends the values after every norm: without it all layers together could do no more than one.",
        Choice(
            {
                "relu": "Keeps what is above zero and sets the rest to zero: the classic.",
                "silu": "The value times its own sigmoid: as ReLU, but smooth. It learns more from the same steps, "
                "and each takes longer.",
            }
        ),
    )

    refine: int | None = setting(
        None,
        "Refine",
        "Feature maps of one more layer at full size, which draws the picture. Finer lines, and slower steps.",
        Integer(1, 128, optional=True),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.dense and not self.code_size:
            raise ValueError(
                f"dense is {self.dense}; it must be none where code_size is none: it stands beside a code."
            )
        if self.pooling == "stride" and self.unpooling == "switches":
            raise ValueError("pooling is stride; it must be max where unpooling is switches: a stride leaves none.")
        beyond = self.parameters - MAX_PARAMETERS
        if self.dense and beyond > 0:
            each = 2 * (self.features + (self.code_size or 0) + 2)
            most = self.dense - -(-beyond // each)
            raise ValueError(
                f"dense is {self.dense}; after channels {written(self.channels)} it must be at most {most}."
            )
        if self.code_size and beyond > 0:
            each = 2 * self.features + 1  # what one more number in the code costs: its weights in and out, its bias
            most = self.code_size - -(-beyond // each)
            raise ValueError(
                f"code_size is {self.code_size}; after channels {written(self.channels)} it must be at most {most}."
            )

    @property
    def sides(self) -> tuple[int, ...]:
        """Side of the square maps in pixels: the image's, then after each pooling. (28, 14, 7) for two stages."""
        return tuple(IMAGE_SIDE >> stage for stage in range(len(self.channels) + 1))

    @property
    def features(self) -> int:
        """Numbers in the last feature map: channels × side × side."""
        return self.channels[-1] * self.sides[-1] ** 2

    @property
    def code_numbers(self) -> int:
        """Numbers in the code, whichever kind of code it is."""
        return self.code_size or self.features

    @property
    def pca_size(self) -> int | None:
        """The code size of the PCA to set beside this network; None where PCA would copy every image exactly."""
        return self.code_numbers if self.code_numbers < IMAGE_SIDE**2 else None

    @property
    def switch_bits_by_stage(self) -> tuple[int, ...]:
        """Bits that go around the code: each pooling window tells which of its four places held the maximum."""
        if self.unpooling != "switches":
            return ()
        return tuple(2 * maps * side**2 for maps, side in zip(self.channels, self.sides[1:], strict=True))

    @property
    def switch_bits(self) -> int:
        """Those of all stages together."""
        return sum(self.switch_bits_by_stage)

    @property
    def parameters(self) -> int:
        """Numbers that training adjusts."""
        return sum(weights + others for weights, others, _ in self._layers())

    @property
    def multiply_adds(self) -> int:
        """Multiplications, each with its addition, that pass one image through encoder and decoder.

        Counted are the convolutions, the transposed convolutions and the linear layers: each weight, times the
        places where its layer is applied. Those are the pixels of a convolution's output and of a transposed
        convolution's input, whether or not the kernel reaches over their edge; a linear layer has one. Left out
        are biases, batch norms, poolings, unpoolings and activations.
        """
        return sum(weights * places for weights, _, places in self._layers())

    def _layers(self) -> Iterator[tuple[int, int, int]]:
        """Of each layer: its weights, the parameters of its bias or norm, and the places where it is applied."""
        widths, areas = (1, *self.channels), [side**2 for side in self.sides]
        for stage, (narrow, wide) in enumerate(pairwise(widths)):
            kernel, places = (16, areas[stage + 1]) if self.pooling == "stride" else (9, areas[stage])
            yield kernel * narrow * wide, 2 * wide, places
            kernel, places = (16, areas[stage + 1]) if self.unpooling == "transpose" else (9, areas[stage])
            made = self.refine or narrow if stage == 0 else narrow
            yield kernel * made * wide, 2 * made if stage or self.refine else 1, places
        if self.refine:
            yield 9 * self.refine, 1, areas[0]
        if self.code_size:
            inner = self.dense or self.features
            if self.dense:
                yield self.features * self.dense, 2 * self.dense, 1
                yield self.features * self.dense, 2 * self.dense, 1
            yield inner * self.code_size, self.code_size, 1
            yield inner * self.code_size, 2 * self.channels[-1], 1


@dataclass(frozen=True)
class TrainConfig(Checked):
    """One training run: which network, on what, for how long and how."""

    model: ModelConfig = field(default_factory=ModelConfig)
    dataset: str = setting(
        "mnist",
        "Data set",
        "The pictures to learn from.",
        Choice(
            {
                "mnist": "70,000 handwritten digits, downloaded once (11 MB).",
                "fashion-mnist": "70,000 pictures of clothes, downloaded once (29 MB).",
                "synthetic": "Digits drawn by this program: no download.",
            }
        ),
    )
    epochs: int = setting(
        1,
        "Epochs",
        "Passes over the training images. More is better and takes proportionally longer.",
        Integer(1, 100),
    )
    batch_size: int = setting(
        128,
        "Batch size",
        "Images in one step. Larger steps are steadier but fewer.",
        Integer(8, 1024),
    )
    learning_rate: float = setting(
        8e-3,
        "Learning rate",
        "How far one step goes (the peak, under one-cycle). Too much and training diverges.",
        Real(1e-6, 1.0),
    )
    schedule: Schedule = setting(
        "one-cycle",
        "Schedule",
        "How the learning rate changes over the run.",
        Choice(
            {
                "one-cycle": "Up to the peak, then down to nearly zero: best for short runs.",
                "constant": "The same from first step to last.",
            }
        ),
    )
    warp: float = setting(
        0.0,
        "Warp",
        "Elastic distortion: how far, in pixels, each training picture is bent at random whenever it is seen. "
        "It keeps long runs from learning pictures by heart. Up to 1, digits stay digits.",
        Real(0.0, 3.0),
    )
    noise: float = setting(
        0.0,
        "Noise",
        "Standard deviation of noise added to the input only (pixels are 0 to 1): the network learns to remove it.",
        Real(0.0, 1.0),
    )
    seed: int = setting(
        0,
        "Seed",
        "Where chance starts: the same seed on the same machine gives the same run.",
        Integer(0, 2**31 - 1),
    )

    def __post_init__(self) -> None:
        if not isinstance(self.model, ModelConfig):
            raise ValueError(f"model is {shown(self.model)}; it must be a ModelConfig.")
        super().__post_init__()

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; ``from_dict`` reads them back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: object) -> TrainConfig:
        """A config from plain values. Raises ``ValueError`` for an unknown, missing or bad field.

        The fields in ``LATER`` may be missing.
        """
        own = _exact(cls, values)
        return cls(**{**own, "model": ModelConfig(**_exact(ModelConfig, own["model"]))})


LATER = frozenset({"refine", "warp"})  # came when files had been written without it, which mean its default


def _exact(config: type, values: object) -> dict[str, Any]:
    names = {one.name for one in fields(config)}
    if not isinstance(values, Mapping) or not names - LATER <= set(values) <= names:
        raise ValueError(f"The {config.__name__} must have exactly the fields {', '.join(sorted(names))}.")
    return dict(values)


def flag(name: str) -> str:
    """A field's flag on the command line."""
    return "--" + name.replace("_", "-")


def flags(config: TrainConfig, always: Collection[str]) -> list[str]:
    """The flags that give this config, each with its value. One left at its default is left out, unless ``always``."""
    return [
        f"{flag(one.name)} {written(getattr(part, one.name))}"
        for part in (config.model, config)
        for one, _ in settings(part)
        if getattr(part, one.name) != one.default or one.name in always
    ]


def command(config: TrainConfig, out: str = "run.safetensors") -> str:
    """The command line that repeats a run."""
    words = flags(config, always=("dataset", "epochs", "seed"))
    return " ".join(["python -m cae train", *words, f"--out {shlex.quote(out)}"])
