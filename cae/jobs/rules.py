"""How a shared machine is shared: the bounds of the training service, all of them in one place."""

from __future__ import annotations

from dataclasses import dataclass

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
    memory: float = 900.0  # what visitors who left have made is kept for so long
