"""How long a run will take, judged by those before it."""

from __future__ import annotations

from cae.config import TrainConfig
from cae.runs.run import Run

__all__ = ["Estimates"]

LEAST_SECONDS = 1.0  # of training before a run's pace says anything


class Estimates:
    """Seconds for one epoch and one multiply-add of the network, as last seen on each data set."""

    def __init__(self) -> None:
        self._paces: dict[str, float] = {}
        self._latest: float | None = None

    def note(self, run: Run) -> None:
        """Learn from a run that goes on or is over."""
        if run.seconds < LEAST_SECONDS or not run.step:
            return
        epochs = run.step / run.steps_per_epoch
        self._latest = run.seconds / (epochs * run.config.model.multiply_adds)
        self._paces[run.config.dataset] = self._latest

    def seconds(self, config: TrainConfig) -> float | None:
        """How long a whole run would take, or None before the first one."""
        pace = self._paces.get(config.dataset, self._latest)
        return None if pace is None else pace * config.epochs * config.model.multiply_adds

    def seconds_left(self, run: Run) -> float | None:
        """How long the rest of a run will take: by its own pace where it has one."""
        if run.seconds >= LEAST_SECONDS and run.step:
            return run.seconds * (run.steps - run.step) / run.step
        return self.seconds(run.config)
