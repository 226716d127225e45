"""Two runs in words: which network is better, and which settings made the difference."""

from __future__ import annotations

from cae.data.names import TITLES
from cae.runs.comparison import coincide, differences, held_out
from cae.runs.run import Run
from cae.ui.parts.text import duration, number

__all__ = ["answer", "cause"]

UNFINISHED = {"stopped": "was stopped", "out of time": "ran out of time", "diverged": "diverged"}
HARDLY = 1.05


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
            f"{told[1]}. But the pictures were {TITLES[one]} and {TITLES[other]}: neither network is better."
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
        + (f" But {better.title} has help: {bits:,} bits of switches bypass its code." if helped else "")
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


def _of_the_same_settings(first: Run, second: Run) -> str:
    if coincide(first, second):
        far = "" if first.step == second.step else " as far as both went"
        return f"The seed is the same, too, and so are the curves{far}: a run can be repeated exactly."
    where = f": {first.device} and {second.device}" if first.device != second.device else ""
    return f"Yet the curves differ: the same seed gives the same run on the same kind of machine only{where}."


def _share(run: Run) -> str:
    return f" after {run.step / run.steps:.0%} of its steps" if 0 < run.step <= run.steps else ""
