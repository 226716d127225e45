"""Two runs side by side: which settings differ, which network is better, and what made the difference."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cae.config import TrainConfig
from cae.run import Run
from cae.settings import settings, written
from cae.ui.models import DATASETS
from cae.ui.views import duration, number

__all__ = ["Difference", "answer", "cause", "coincide", "differences", "held_out"]

UNFINISHED = {"stopped": "was stopped", "out of time": "ran out of time", "diverged": "diverged"}
ROUNDING = 1e-5  # relative: a file keeps six digits of a loss
HARDLY = 1.05


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
    """The MSE of each run's network on pictures that it never learnt from; None where the run does not say.

    Over the whole validation split if all of the runs were measured on it at their end; else, for all of them,
    over the 500 pictures of the curve.
    """
    whole = tuple(map(_over_all, runs))
    return tuple(map(_over_some, runs)) if None in whole else whole


def answer(first: Run, second: Run) -> str:
    """Which network is better on pictures that it never learnt from, by how much, and what that took."""
    fared = [(mse, run) for mse, run in zip(held_out(first, second), (first, second), strict=True) if mse]
    if len(fared) < 2:
        return "One of the two came without its curve, so there is nothing to compare."
    told = [f"{number(mse)} after {duration(run.seconds)}" for mse, run in fared]
    one, other = first.config.dataset, second.config.dataset
    if one != other:
        return (
            f"The error of {first.title} on held-out pictures (MSE) is {told[0]} of training, that of {second.title} "
            f"{told[1]}. But the pictures were {DATASETS[one]} and {DATASETS[other]}: neither network is better."
        )
    (least, better), (most, worse) = sorted(fared, key=lambda pair: pair[0])
    if most < least * HARDLY:
        return (
            f"**Hardly any**: the error of {first.title} on held-out pictures (MSE) is {told[0]} of training, "
            f"that of {second.title} {told[1]}."
        )
    bits = better.config.model.switch_bits
    helped = bits and not worse.config.model.switch_bits
    return (
        f"**{better.title}** has a **{most / least:.1f} times smaller** error on held-out pictures: an MSE of "
        f"{number(least)} after {duration(better.seconds)} of training. {worse.title} has {number(most)} after "
        f"{duration(worse.seconds)}."
        + (f" But {better.title} was helped: {bits:,} bits of switches go around its code." if helped else "")
    )


def cause(first: Run, second: Run) -> str:
    """Whose doing the difference is: a setting's, several settings', or chance's."""
    changed = differences(first.config, second.config)
    labels = [one.label for one in changed if one.name != "seed"]
    if not changed:
        said = _of_the_same_settings(first, second)
    elif not labels:
        said = "Only the seed differs: all that you see is chance."
    elif len(labels) < len(changed):
        said = "The seeds differ as well, so a part of the difference is chance."
    elif len(labels) == 1:
        said = f"**{labels[0]}** made the difference: all else is the same, and both started from the same seed."
    else:
        said = (
            f"Both started from the same seed, so the difference is the doing of these {len(labels)} settings, all "
            "together. Change one at a time to know which."
        )
    ends = [f"{run.title} {UNFINISHED[run.ending]}{_share(run)}" for run in (first, second) if run.ending in UNFINISHED]
    return f"{said} {' and '.join(ends)}, which counts as well." if ends and changed else said


def coincide(first: Run, second: Run) -> bool:
    """Whether two runs had the same losses, as far as both went."""
    both = zip(first.history.losses, second.history.losses, strict=False)
    return min(first.step, second.step) > 0 and all(math.isclose(*pair, rel_tol=ROUNDING) for pair in both)


def _of_the_same_settings(first: Run, second: Run) -> str:
    if coincide(first, second):
        far = "" if first.step == second.step else " as far as both went"
        return f"The seed is the same, too, and so are the curves{far}: a run can be repeated exactly."
    where = f": {first.device} and {second.device}" if first.device != second.device else ""
    return f"Yet the curves differ: the same seed gives the same run on the same kind of machine only{where}."


def _values(config: TrainConfig) -> Iterator[tuple[str, str, Any]]:
    for part in (config.model, config):
        for field, about in settings(part):
            yield field.name, about.label, getattr(part, field.name)


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


def _share(run: Run) -> str:
    return f" after {run.step / run.steps:.0%} of its steps" if 0 < run.step <= run.steps else ""
