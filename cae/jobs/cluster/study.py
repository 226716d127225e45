"""Units of a study as tasks of a Ray cluster: one task is one run.

Ray runs a task again if its process or its node is lost. This process is the driver: if the head node is lost, Ray ends
it (see ``connection``).
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from functools import partial
from typing import Any

from cae.config import TrainConfig
from cae.data.datasets import Dataset
from cae.data.download import Progress
from cae.device import choose
from cae.environment import Environment
from cae.evaluation.unit import Place, Unit, measured, title
from cae.jobs.cluster.connection import connect, fitting, resources, threads
from cae.jobs.cluster.datasets import packed, unpacked
from cae.text import sentence

__all__ = ["cluster"]

RETRIES = 3  # of a run whose process or node is lost
LOOK = 1.0  # seconds after which the cluster is asked again how much it can do
AHEAD = 2  # runs handed over beyond those that fit, so that no processor waits for the next one


@contextmanager
def cluster(settings: Environment, device: str) -> Iterator[Place]:
    """The cluster at ``settings.ray_address``, while the context lasts. ``device`` is that of the nodes, or ``auto``.

    Raises ``ConnectionError`` if it cannot be reached.
    """
    with redirect_stdout(sys.stderr):  # Ray prints there that a node is lost, whatever it was told about logs
        connect(settings)
        import ray

        asked = resources(settings)
        words = f"Ray cluster, {device}, {settings.ray_cpus:g} processors and {settings.ray_gpus:g} GPUs a run"
        try:
            yield Place(words, partial(_units, asked, "" if device == "auto" else device))
        finally:
            ray.shutdown()


def _units(
    asked: Mapping[str, float], device: str, configs: Sequence[TrainConfig], dataset: Dataset, progress: Progress
) -> Generator[tuple[TrainConfig, Unit], None, None]:
    import ray

    task = ray.remote(_answer).options(**asked, max_retries=RETRIES)
    data = ray.put(packed(dataset))
    waiting, running = deque(configs), dict[Any, TrainConfig]()
    progress(0.0, "Waiting for the cluster")
    try:
        while waiting or running:
            for _ in range(_room(asked) - len(running)):
                if waiting:
                    config = waiting.popleft()
                    running[task.remote(config.as_dict(), data, device, threads(asked))] = config
            for one in ray.wait(list(running), num_returns=1, timeout=LOOK)[0]:
                config = running.pop(one)
                unit = _received(one, config)
                progress(1 - (len(waiting) + len(running)) / len(configs), title(config))
                yield config, unit
    finally:
        for one in running:
            ray.cancel(one, force=True)


def _room(asked: Mapping[str, float]) -> int:
    """How many runs the cluster should have at the same time: those that fit on it now, and a few."""
    import ray

    there: dict[str, float] = ray.cluster_resources()
    return AHEAD + fitting(there, asked)


def _received(task: Any, config: TrainConfig) -> Unit:
    import ray

    try:
        answer = ray.get(task)
    except ray.exceptions.RayTaskError:  # a fault of this program
        raise
    except ray.exceptions.RayError as error:
        lost = f"The cluster has lost the run with {title(config)} {RETRIES + 1} times. Start the command again."
        raise OSError(lost) from error
    if "error" in answer:
        raise ValueError(answer["error"])
    return Unit.from_dict(answer["unit"])


def _answer(config: dict[str, Any], data: Any, device: str, threads: int) -> dict[str, Any]:
    """The task: a unit as plain values, or why there is none. ``data`` is the packed data set."""
    try:
        unit = measured(TrainConfig.from_dict(config), unpacked(data), choose(device or None, threads))
    except (ValueError, OSError) as error:
        return {"error": sentence(error)}
    return {"unit": unit.as_dict()}
