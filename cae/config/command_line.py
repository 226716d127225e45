"""A config as the command line that repeats its run."""

from __future__ import annotations

import shlex
from collections.abc import Collection

from cae.config.settings import chosen, written
from cae.config.train_config import TrainConfig
from cae.registry import DATASETS, FOLDER, OWN

__all__ = ["command", "flag", "flags"]


def flag(name: str) -> str:
    """A field's flag on the command line."""
    return "--" + name.replace("_", "-")


def flags(config: TrainConfig, always: Collection[str]) -> list[str]:
    """The flags that give this config, each with its value. One left at its default is left out, unless ``always``."""
    values = [
        (one.name, written(value))
        for one, _, value in chosen(config.model, config)
        if value != one.default or one.name in always
    ]
    if config.dataset == OWN:  # on the command line they are in a folder
        values = [(name, f"{FOLDER}PATH" if name == "dataset" else value) for name, value in values]
    return [f"{flag(name)} {shlex.quote(value)}" for name, value in values] + _shape(config)


def _shape(config: TrainConfig) -> list[str]:
    """The flags for the shape of pictures that have none of their own."""
    if config.dataset in DATASETS:
        return []
    picture = config.model.picture
    return [f"--side {picture.side}", *(["--colour"] if picture.channels == 3 else [])]


def command(config: TrainConfig, out: str = "run.safetensors") -> str:
    """The command line that repeats a run."""
    words = flags(config, always=("dataset", "epochs", "seed"))
    return " ".join(["python -m cae train", *words, f"--out {shlex.quote(out)}"])
