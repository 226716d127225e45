"""The settings that the flags of a command describe."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cae.config import ModelConfig, TrainConfig, without_noise
from cae.config.settings import setting_of, settings

if TYPE_CHECKING:
    from cae.runs.run import Run

__all__ = ["config_of", "networks", "seeds"]


def config_of(options: argparse.Namespace) -> TrainConfig:
    """The config that the flags describe. Raises ``ValueError`` for a value that is not allowed."""

    def given(config: type) -> dict[str, Any]:
        texts = ((field.name, about, getattr(options, field.name, None)) for field, about in settings(config))
        return {name: about.parse(text, name) for name, about, text in texts if text is not None}

    own = given(TrainConfig)
    if options.noise is not None:
        strength = setting_of(TrainConfig, "strength")
        own = without_noise({**own, "noise": strength.parse(options.noise, "noise")})
    return TrainConfig(model=ModelConfig(**given(ModelConfig)), **own)


def networks(paths: Sequence[Path]) -> dict[str, Run]:
    """The saved networks by the names of their files. Raises ``ValueError`` if two have the same name."""
    from cae.runs import checkpoint

    runs = {path.stem: checkpoint.load(path) for path in paths}
    if len(runs) < len(paths):
        raise ValueError("Two networks have the same name; give each its own.")
    return runs


def seeds(text: str) -> tuple[int, ...]:
    """One or more seeds, separated by commas: ``0,1,2``."""
    about = setting_of(TrainConfig, "seed")
    found = tuple(about.parse(word, "seeds") for word in text.split(","))
    for seed in found:
        if not about.domain.accepts(seed):
            raise about.refusal(seed, "seeds")
    return found
