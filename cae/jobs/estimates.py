"""Estimates of how long a run will take, from the speed of earlier runs."""

from __future__ import annotations

from cae.config import TrainConfig
from cae.runs.run import Run

__all__ = ["Estimates"]

LEAST_SECONDS = 1.0  # of training, before a run's speed is used


class Estimates:
    """Keeps the latest speed on each data set: seconds for one epoch and one multiply-add of the network."""

    def __init__(self) -> None:
        self._paces: dict[str, float] = {}
        self._latest: float | None = None

    def note(self, run: Run) -> None:
        """Use the speed of this run, which is going on or over."""
        if run.seconds < LEAST_SECONDS or not run.step:
            return
        epochs = run.step / run.steps_per_epoch
        self._latest = run.seconds / (epochs * run.config.model.multiply_adds)
        self._paces[run.config.dataset] = self._latest

    def seconds(self, config: TrainConfig) -> float | None:
        """Estimated seconds of a whole run; None before the first run."""
        pace = self._paces.get(config.dataset, self._latest)
        return None if pace is None else pace * config.epochs * config.model.multiply_adds

    def seconds_left(self, run: Run) -> float | None:
        """Estimated seconds of the rest of a run, from its own speed if it has begun."""
        if run.seconds >= LEAST_SECONDS and run.step:
            return run.seconds * (run.steps - run.step) / run.step
        return self.seconds(run.config)
