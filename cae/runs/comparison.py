"""Two runs compared: the settings in which they differ, their validation errors, whether their losses are the same."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cae.config import TrainConfig
from cae.config.settings import chosen, written
from cae.registry import DATASETS, title
from cae.runs.run import Run

__all__ = ["Difference", "coincide", "differences", "held_out"]

ROUNDING = 1e-5  # relative: a file keeps six digits of a loss


@dataclass(frozen=True)
class Difference:
    """A setting in which two runs differ: the field, its label on the Train page, and the two values."""

    name: str
    label: str
    first: str
    second: str


def differences(first: TrainConfig, second: TrainConfig) -> tuple[Difference, ...]:
    """In the order of the config."""
    pairs = zip(_values(first), _values(second), strict=True)
    return tuple(
        Difference(name, label, written(one), written(other))
        for (name, label, one), (_, _, other) in pairs
        if one != other
    )


def held_out(*runs: Run) -> tuple[float | None, ...]:
    """The validation MSE of each run; None if the run has none.

    Over the whole validation split if all runs were measured on it at their end; otherwise, for all of them, over the
    500 pictures of the curve.
    """
    whole = tuple(map(_over_all, runs))
    return tuple(map(_over_some, runs)) if None in whole else whole


def coincide(first: Run, second: Run) -> bool:
    """Whether two runs had the same losses, up to the end of the shorter one."""
    both = zip(first.history.losses, second.history.losses, strict=False)
    return min(first.step, second.step) > 0 and all(math.isclose(*pair, rel_tol=ROUNDING) for pair in both)


def _values(config: TrainConfig) -> Iterator[tuple[str, str, Any]]:
    for field, about, value in chosen(config.model, config):
        yield field.name, about.label, title(value) if field.name == "dataset" and value not in DATASETS else value


def _over_all(run: Run) -> float | None:
    ends = run.history.epochs
    measured = bool(ends) and ends[-1][0] == run.step and run.ending != "diverged"
    return _sound(ends[-1][1]) if measured else None


def _over_some(run: Run) -> float | None:
    values = [value for _, value in run.history.held_out]
    if not values:
        return None
    return _sound(min(values) if run.ending == "diverged" else values[-1])  # whichever network was kept


def _sound(error: float) -> float | None:
    return error if error > 0 else None  # whatever a file may say
