"""What a notebook that trains a run again should reach: the step whose weights were kept, and the error there."""

from __future__ import annotations

from dataclasses import dataclass

from cae.runs.run import Run
from cae.training.loop import PREVIEW_IMAGES

__all__ = ["TOLERANCE", "Goal", "goal"]

TOLERANCE = 0.1  # of the error: other rounding leads to somewhat other weights


@dataclass(frozen=True)
class Goal:
    """``error`` is the MSE of the run after ``step`` steps; None if the run has no curve.

    ``pictures`` says of how many of the first validation pictures; None means all.
    """

    step: int
    error: float | None
    pictures: int | None = None


def goal(run: Run) -> Goal:
    """The goal of this run. One that diverged has kept the best of its networks, others the last."""
    curve, epochs = run.history.held_out, dict(run.history.epochs)
    if not curve:
        return Goal(run.steps, None)
    step, error = min(curve, key=lambda pair: pair[1]) if run.ending == "diverged" else curve[-1]
    whole = step in epochs
    # Six digits, as in the run's file: a run and its file are exported alike. A file may say 0, which no run reaches.
    told = float(f"{epochs[step] if whole else error:.6g}") or None
    return Goal(step, told, None if whole else PREVIEW_IMAGES)
