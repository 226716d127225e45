"""Sentences about two runs: which network is better, and which settings made the difference."""

from __future__ import annotations

from cae import registry
from cae.runs.comparison import coincide, differences, held_out
from cae.runs.run import Run
from cae.ui.parts.text import duration, number

__all__ = ["answer", "cause"]

UNFINISHED = {"stopped": "was stopped", "out of time": "ran out of time", "diverged": "diverged"}
HARDLY = 1.05  # ratio of two errors below which they count as equal


def answer(first: Run, second: Run) -> str:
    """Which network has the smaller held-out MSE, by how much, and after how much training."""
    measured = [(mse, run) for mse, run in zip(held_out(first, second), (first, second), strict=True) if mse]
    if len(measured) < 2:
        return "The file of one of the two has no curve, so there is nothing to compare."
    errors = [f"{number(mse)} after {duration(run.seconds)}" for mse, run in measured]
    one, other = first.config.dataset, second.config.dataset
    if one != other:
        return (
            f"The error of {first.title} on held-out pictures (MSE) is {errors[0]} of training, that of {second.title} "
            f"{errors[1]}. But the pictures were {registry.title(one)} and {registry.title(other)}: neither network is "
            "better."
        )
    (least, better), (most, worse) = sorted(measured, key=lambda pair: pair[0])
    if most < least * HARDLY:
        return (
            f"**Hardly any**: the error of {first.title} on held-out pictures (MSE) is {errors[0]} of training, "
            f"that of {second.title} {errors[1]}."
        )
    bits = better.config.model.switch_bits
    helped = bits and not worse.config.model.switch_bits
    return (
        f"**{better.title}** has a **{most / least:.1f} times smaller** error on held-out pictures: an MSE of "
        f"{number(least)} after {duration(better.seconds)} of training. {worse.title} has {number(most)} after "
        f"{duration(worse.seconds)}."
        + (f" But {better.title} has help: {bits:,} bits of switches bypass its code." if helped else "")
    )


def cause(first: Run, second: Run) -> str:
    """What made the difference: one setting, several settings, or chance."""
    changed = differences(first.config, second.config)
    labels = [one.label for one in changed if one.name != "seed"]
    if not changed:
        sentence = _of_the_same_settings(first, second)
    elif not labels:
        sentence = "Only the seed differs, so the difference is chance."
    elif len(labels) < len(changed):
        sentence = "The seeds differ too, so a part of the difference is chance."
    elif len(labels) == 1:
        sentence = f"**{labels[0]}** made the difference: everything else is the same, and both used the same seed."
    else:
        sentence = (
            f"Both used the same seed, so these {len(labels)} settings together made the difference. Change one at a "
            "time to find out which."
        )
    ends = [f"{run.title} {UNFINISHED[run.ending]}{_share(run)}" for run in (first, second) if run.ending in UNFINISHED]
    return f"{sentence} {' and '.join(ends)}, which makes a difference too." if ends and changed else sentence


def _of_the_same_settings(first: Run, second: Run) -> str:
    if coincide(first, second):
        far = "" if first.step == second.step else " as far as both went"
        return f"The seed is the same, and so are the curves{far}: a run can be repeated exactly."
    where = f": {first.device} and {second.device}" if first.device != second.device else ""
    return f"But the curves differ: the same seed gives the same run only on the same kind of machine{where}."


def _share(run: Run) -> str:
    return f" after {run.step / run.steps:.0%} of its steps" if 0 < run.step <= run.steps else ""
