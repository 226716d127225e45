"""One training run: ``TrainConfig``, whose fields carry their own ranges, labels and explanations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from cae.config.model_config import ModelConfig
from cae.config.settings import Checked, Choice, Integer, Real, setting, shown

__all__ = ["LATER", "TrainConfig"]

Schedule = Literal["one-cycle", "constant"]


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
    warp: float = setting(
        0.0,
        "Warp",
        "Elastic distortion of each training picture, in pixels, new at random every time. It keeps long runs from "
        "overfitting. Up to 1, digits stay digits.",
        Real(0.0, 3.0),
    )
    noise: float = setting(
        0.0,
        "Noise",
        "Standard deviation of noise added to the input only (pixels are 0 to 1). The network learns to remove it.",
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


LATER = frozenset({"beta", "refine", "warp"})  # newer than some files, which do not have them: the defaults apply


def _exact(config: type, values: object) -> dict[str, Any]:
    names = {one.name for one in fields(config)}
    if not isinstance(values, Mapping) or not names - LATER <= set(values) <= names:
        raise ValueError(f"The {config.__name__} must have exactly the fields {', '.join(sorted(names))}.")
    return dict(values)
