"""How a shared machine is shared: the bounds of the training service, all of them in one place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

__all__ = ["Rules"]


@dataclass(frozen=True)
class Rules:
    """Numbers of runs, and seconds."""

    waiting_limit: int = 8  # runs in line that have not begun, of all visitors together
    paused_limit: int = 4  # runs put aside at the same time: each keeps its network in the worker's memory
    time_budget: float = 180.0  # of training, for one run; then it ends with what it has learnt
    preparation: float = 300.0  # until the data set must be there; a slow download of 30 MB fits in
    pause_limit: float = 600.0  # until a paused run ends with what it has learnt
    silence: float = 60.0  # a worker, once warm, that says nothing for so long hangs; the longest step takes ten
    stop_patience: float = 20.0  # between the wish to stop or to pause and the worker's end
    grace_in_line: float = 15.0  # a reload takes no longer, on a slow phone too: then a run in line is cancelled
    grace: float = 60.0  # a visitor's connection may be away for so long before the run ends
    remember: float = 900.0  # what visitors who left have made is kept for so long

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Rules:
        """The rules, each replaced by the environment variable of its name if there is one: ``CAE_TIME_BUDGET=60``.

        Raises ``ValueError`` with the variable's name where its value is not a number above zero.
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
