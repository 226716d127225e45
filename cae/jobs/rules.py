"""The limits of the training service, which many visitors share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

__all__ = ["Rules"]


@dataclass(frozen=True)
class Rules:
    """Numbers of runs; times in seconds."""

    waiting_limit: int = 8  # runs in the queue that have not begun, of all visitors together
    paused_limit: int = 4  # paused runs at the same time: each keeps its network in the worker's memory
    time_budget: float = 180.0  # of training, for one run; then the run ends, and its result so far is kept
    preparation: float = 300.0  # to load the data set; enough for a slow download of 30 MB
    pause_limit: float = 600.0  # after which a paused run ends, and its result so far is kept
    silence: float = 60.0  # after which a loaded worker without a message counts as hanging; a step takes at most ten
    stop_patience: float = 20.0  # after which a worker that was asked to stop or pause, and did not, is killed
    grace_in_line: float = 15.0  # after a disconnection, until a waiting run is cancelled; a reload takes less
    grace: float = 60.0  # after a disconnection, until a run that has begun ends
    remember: float = 900.0  # after a disconnection, until the visitor's runs are dropped

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Rules:
        """The rules, with values from environment variables such as ``CAE_TIME_BUDGET=60``.

        Raises ``ValueError`` with the variable's name if its value is not a number above zero.
        """
        given = {}
        for one in fields(cls):
            name = f"CAE_{one.name.upper()}"
            if text := environment.get(name):
                given[one.name] = _positive(text, name, whole=isinstance(one.default, int))
        return cls(**given)  # type: ignore[arg-type]


def _positive(text: str, name: str, whole: bool) -> float:
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        value = 0
    if not 0 < value < math.inf:
        raise ValueError(f"The environment variable {name} is {text}; it must be a {'whole ' * whole}number above 0.")
    return value
