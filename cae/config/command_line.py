"""A config as the command line that repeats its run."""

from __future__ import annotations

import shlex
from collections.abc import Collection

from cae.config.settings import settings, written
from cae.config.train_config import TrainConfig

__all__ = ["command", "flag", "flags"]


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
