"""One training run: ``TrainConfig``, whose fields carry their own ranges, labels and explanations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, get_args

from cae.config.model_config import ModelConfig
from cae.config.settings import Checked, Choice, Integer, Real, setting, shown
from cae.registry import DATASETS, FOLDER, Shape

__all__ = ["KINDS", "LATER", "WIDEST_BLUR", "Corruption", "TrainConfig", "without_noise"]

Schedule = Literal["one-cycle", "constant"]
Optimizer = Literal["adam", "muon"]
Corruption = Literal["none", "gaussian", "salt-and-pepper", "rectangle", "rows", "blur", "low-resolution", "mixed"]
KINDS: tuple[Corruption, ...] = get_args(Corruption)[1:-1]  # without none and mixed
WIDEST_BLUR = 4.0  # pixels: the standard deviation of a blur at strength 1
STRENGTH = 0.4  # by default: a digit can still be read under each kind of corruption


@dataclass(frozen=True)
class TrainConfig(Checked):
    """One training run: which network, on what, for how long and how."""

    model: ModelConfig = field(default_factory=ModelConfig)
    dataset: str = setting(
        "mnist",
        "Data set",
        "The pictures to learn from.",
        Choice({name: one.about for name, one in DATASETS.items()}, prefix=FOLDER),
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
        "Images in one step. Larger batches give steadier steps, but fewer of them.",
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
                "one-cycle": "Rises to the peak, then falls to nearly zero: best for short runs.",
                "constant": "The same from first step to last.",
            }
        ),
    )
    optimizer: Optimizer = setting(
        "adam",
        "Optimizer",
        "How the gradient becomes a step. Adam is the usual choice; Muon learns more in a short run.",
        Choice(
            {
                "adam": "Adam divides the gradient of each weight by its usual size: the classic.",
                "muon": "Muon changes all directions of a convolution's kernel alike, and leaves all else to Adam. "
                "Steps are slower and teach more. Good learning rates are 0.01 to 0.03.",
            }
        ),
    )
    warp: float = setting(
        0.0,
        "Warp",
        "Elastic distortion of each training picture, in pixels, new at random every time. It keeps long runs from "
        "overfitting. Up to 1, digits stay digits.",
        Real(0.0, 3.0),
    )
    corruption: Corruption = setting(
        "none",
        "Corruption",
        "Damage to the input pictures only, new at random every time. The network learns to repair it.",
        Choice(
            {
                "none": "The input is the picture itself.",
                "gaussian": "Gaussian noise is added. Strength: its standard deviation (pixels are 0 to 1).",
                "salt-and-pepper": "Pixels become black or white. Strength: their share.",
                "rectangle": "A rectangle becomes black. Strength: its share of the area.",
                "rows": "Rows of pixels become black. Strength: their share.",
                "blur": f"A Gaussian blur. Strength 1: a standard deviation of {WIDEST_BLUR:g} pixels.",
                "low-resolution": "Fewer, larger pixels. Strength: the share of the resolution that is lost.",
                "mixed": "One of these for each picture, with a random strength up to this one.",
            }
        ),
    )
    strength: float = setting(
        STRENGTH,
        "Strength",
        "How much of the corruption; each kind says what it counts. More is harder to repair, and a network that "
        "has learnt it redraws clean pictures less well. Used only with a corruption.",
        Real(0.0, 1.0),
    )
    seed: int = setting(
        0,
        "Seed",
        "Starts the random numbers: the same seed on the same machine gives the same run.",
        Integer(0, 2**31 - 1),
    )

    def __post_init__(self) -> None:
        if not isinstance(self.model, ModelConfig):
            raise ValueError(f"model is {shown(self.model)}; it must be a ModelConfig.")
        super().__post_init__()
        if self.corruption == "none":  # equal runs have equal configs
            object.__setattr__(self, "strength", STRENGTH)
        if self.dataset in DATASETS:  # only a person's own pictures have a shape that can be chosen
            object.__setattr__(self, "model", replace(self.model, picture=DATASETS[self.dataset].shape))

    @property
    def damages(self) -> bool:
        """Whether the input pictures are damaged at all."""
        return self.corruption != "none" and self.strength > 0

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; ``from_dict`` reads them back."""
        return {**asdict(self), "model": self.model.as_dict()}

    @classmethod
    def from_dict(cls, values: object) -> TrainConfig:
        """A config from plain values. Raises ``ValueError`` for an unknown, missing or bad field.

        The fields in ``LATER`` may be missing, and older values may have ``noise``.
        """
        own = _exact(cls, without_noise(values) if isinstance(values, Mapping) else values)
        model = _exact(ModelConfig, own["model"])
        if "picture" in model:
            model["picture"] = Shape(**_exact(Shape, model["picture"]))
        return cls(**{**own, "model": ModelConfig(**model)})


# Newer than some files, which do not have them: the defaults apply.
LATER = frozenset({"beta", "blocks", "corruption", "optimizer", "picture", "refine", "residual", "strength", "warp"})


def without_noise(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values, with ``noise``, which older files, links and commands have, as the corruption that it is.

    Raises ``ValueError`` if a corruption stands beside it.
    """
    now = dict(values)
    if "noise" in now:
        if both := {"corruption", "strength"} & now.keys():
            raise ValueError(
                f"noise stands beside {min(both)}; give only one: noise 0.3 means corruption gaussian, strength 0.3."
            )
        noise = now.pop("noise")
        none = noise == 0 and not isinstance(noise, bool)
        now |= {"corruption": "none"} if none else {"corruption": "gaussian", "strength": noise}
    return now


def _exact(config: type, values: object) -> dict[str, Any]:
    names = {one.name for one in fields(config)}
    if not isinstance(values, Mapping) or not names - LATER <= set(values) <= names:
        raise ValueError(f"The {config.__name__} must have exactly the fields {', '.join(sorted(names))}.")
    return dict(values)
