"""A run, without its weights, as plain values for JSON; and back, with every value checked."""

from __future__ import annotations

import math
import platform
import shlex
from collections.abc import Mapping
from dataclasses import asdict, fields
from itertools import pairwise
from typing import Any

import torch

from cae.config import TrainConfig
from cae.config.settings import Domain, Integer, Real, setting_of, shown
from cae.runs.figures import Figures
from cae.runs.run import History, Run
from cae.text import printable

__all__ = ["FORMAT", "describe", "understand"]

FORMAT = "cae-run-1"
DATASET = setting_of(TrainConfig, "dataset").domain
STEPS = Integer(0, 1_000_000)  # the longest run that can be ordered has 687,500
AMOUNT = Real(0, 1e12)  # seconds, images per second, losses
FIGURE = Real(-1e12, 1e12)
NATS = Real(-1e12, 1e39)  # a KL divergence: all that float32 has; rounding can take one of 0 a little below it
METRICS = (*(prefix + one.name for prefix in ("", "pca_") for one in fields(Figures)), "reconstruction", "kl")
ENDINGS = ("", "complete", "diverged", "stopped", "out of time")
LONGEST_COMMAND = 10_000


def describe(run: Run) -> dict[str, Any]:
    """The run as plain values, without its weights and pictures."""
    return {
        "format": FORMAT,
        "name": run.name,
        "config": run.config.as_dict(),
        "history": _short(asdict(run.history)),
        "device": run.device,
        "seconds": run.seconds,
        "steps": run.steps,
        "steps_per_epoch": run.steps_per_epoch,
        "images_per_second": run.images_per_second,
        "ending": run.ending,
        "command": run.command,
        "figures": {
            # A perfect picture's PSNR is infinite, which JSON cannot say; a run must not be lost for that.
            dataset: {name: value if value is not None and math.isfinite(value) else None for name, value in of.items()}
            for dataset, of in run.figures.items()
        },
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }


def understand(values: Mapping[str, Any]) -> Run:
    """The run, without weights, from such values. Raises ``ValueError`` if they describe none."""
    if values.get("format") != FORMAT:
        raise ValueError(f"format is {shown(values.get('format'))}; it must be {FORMAT}.")
    ending = values.get("ending")
    return Run(
        config=TrainConfig.from_dict(values.get("config")),
        name=_line(values, "name", 80) or "untitled",
        history=_history(_mapping(values, "history")),
        device=_line(values, "device", 200),
        seconds=_number(values, "seconds", AMOUNT),
        steps=_number(values, "steps", STEPS),
        steps_per_epoch=_number(values, "steps_per_epoch", STEPS),
        images_per_second=_number(values, "images_per_second", AMOUNT),
        ending=ending if ending in ENDINGS else "stopped",
        command=_command(values),
        figures=_figures(_mapping(values, "figures")),
    )


def _number(values: Mapping[str, Any], name: str, domain: Domain) -> Any:
    value = values.get(name)
    if not domain.accepts(value):
        raise ValueError(f"{name} is {shown(value)}; it must be {domain}.")
    return value


def _mapping(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = values.get(name)
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} is {shown(value)}; it must have names and values.")
    return value


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is {shown(value)}; it must be text.")
    return value


def _line(values: Mapping[str, Any], name: str, longest: int) -> str:
    """Text that fits on one line; it may come from anybody."""
    return printable(" ".join(_text(values, name)[: 2 * longest].split()))[:longest]


def _command(values: Mapping[str, Any]) -> str:
    """The command that repeats the run, with its words quoted again: people paste it into a shell."""
    text = _text(values, "command")
    try:
        words = shlex.split(text[:LONGEST_COMMAND])
    except ValueError:  # a quotation that never ends
        words = []
    if text and words[:4] != ["python", "-m", "cae", "train"]:
        raise ValueError(f"command is {shown(text)}; it must begin with python -m cae train.")
    return shlex.join(map(printable, words))


def _history(values: Mapping[str, Any]) -> History:
    losses = values.get("losses")
    if not isinstance(losses, list) or len(losses) > STEPS.maximum or not all(map(AMOUNT.accepts, losses)):
        raise ValueError("history.losses must be a list of numbers, none below 0.")
    kl = values.get("kl", [])
    if not isinstance(kl, list) or len(kl) not in (0, len(losses)) or not all(map(NATS.accepts, kl)):
        raise ValueError("history.kl must be a list of numbers, one for each loss or none.")
    return History(
        tuple(map(float, losses)),
        _curve(values, "held_out"),
        _curve(values, "epochs"),
        tuple(map(float, kl)),
        _curve(values, "held_out_kl", NATS) if "held_out_kl" in values else (),
    )


def _curve(values: Mapping[str, Any], name: str, domain: Domain = AMOUNT) -> tuple[tuple[int, float], ...]:
    pairs = values.get(name)
    if (
        not isinstance(pairs, list)
        or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs)
        or not all(STEPS.accepts(step) and domain.accepts(error) for step, error in pairs)
        or any(later <= earlier for (earlier, _), (later, _) in pairwise(pairs))
    ):
        raise ValueError(f"history.{name} must be a list of steps, each later than the last, and errors.")
    return tuple((step, float(error)) for step, error in pairs)


def _figures(values: Mapping[str, Any]) -> dict[str, Any]:
    for dataset in values:
        if not DATASET.accepts(dataset):
            raise ValueError(f"figures are of {shown(dataset)}; they must be of {DATASET}.")
        for name, value in _mapping(values, dataset).items():
            if name not in METRICS or not (value is None or FIGURE.accepts(value)):
                known = ", ".join(METRICS)
                raise ValueError(f"figures hold {shown(name)} {shown(value)}; they must be numbers called {known}.")
    return {dataset: dict(figures) for dataset, figures in values.items()}


def _short(value: Any) -> Any:
    """The same plain values with floats rounded to six digits, enough for the curves."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {name: _short(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_short(one) for one in value]
    return value
