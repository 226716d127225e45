"""The rules of the training service, which many visitors share."""

from __future__ import annotations

from dataclasses import dataclass

from cae.environment.variable import Count, Seconds, Switch, variable

__all__ = ["Rules"]

SECONDS = Seconds()
RUNS = Count(1_000)


@dataclass(frozen=True)
class Rules:
    """Whether there is training at all; numbers of runs; times in seconds."""

    training: bool = variable(True, "whether visitors can train networks", Switch())
    waiting_limit: int = variable(8, "most runs in the queue that have not started yet, of all visitors together", RUNS)
    paused_limit: int = variable(  # each keeps its network in the worker's memory
        4, "most paused runs at the same time, of all visitors together", RUNS
    )
    time_budget: float = variable(180.0, "training time of one run; then it ends early and its result is kept", SECONDS)
    preparation: float = variable(  # enough for a slow download of 30 MB
        300.0, "time to load or download the data set; then the run ends", SECONDS
    )
    pause_limit: float = variable(
        600.0, "time that a run can stay paused; then it ends and its result is kept", SECONDS
    )
    silence: float = variable(  # a step takes at most ten seconds
        60.0, "time without a message from the worker; then it counts as hung", SECONDS
    )
    stop_patience: float = variable(
        20.0, "time for the worker to stop or pause a run; then its process is killed", SECONDS
    )
    grace_in_line: float = variable(  # a reload takes less
        15.0, "after a visitor leaves: time until their queued run is cancelled", SECONDS
    )
    grace: float = variable(60.0, "after a visitor leaves: time until their started run ends", SECONDS)
    remember: float = variable(
        900.0, "after a visitor leaves: time until their finished runs and own pictures are deleted", SECONDS
    )
