"""Runs both sides of the benchmark in alternation, so that other load on the machine affects both alike."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from cae.bench.side import SIDES
from cae.config import ModelConfig
from cae.data.download import Progress

__all__ = ["QUICK", "Scale", "compare", "spread"]

STANDARD_EPOCHS = 5  # of the standard loop; its validation MSE then is the quality to reach
LEARNING = 3 * 2  # operations for one multiply-add of the network: forward and twice backward, each × and +


@dataclass(frozen=True)
class Scale:
    """How much to measure."""

    rounds: int = 7  # of throughput, each side once in every round
    seconds: float = 3.0  # of one side's turn
    epochs: int = STANDARD_EPOCHS
    seeds: int = 3  # of this project's runs to that quality
    digits: int = 10_000


QUICK = Scale(rounds=2, seconds=0.3, epochs=0, seeds=1, digits=500)
"""Shows that everything runs; the figures mean nothing."""


class Side:
    """The process of one side."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.device = self._answer()

    def __call__(self, name: str, *arguments: float) -> Any:
        """Send a command and wait for its answer."""
        assert self._process.stdin is not None
        print(json.dumps([name, *arguments]), file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise OSError("A process of the benchmark ended early; what it said is above.")
        return json.loads(line)


@contextmanager
def _side(name: str, dataset: str, device: str, directory: Path) -> Iterator[Side]:
    """The process of the side called ``name``."""
    command = [sys.executable, "-m", "cae.bench.side", name, dataset, device, str(directory)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Side(process)
        finally:
            process.kill()


def compare(dataset: str, device: str, directory: Path, scale: Scale, progress: Progress) -> dict[str, Any]:
    """Training throughput, time to quality and inference time; in seconds unless the name has another unit."""
    done, steps = count(1), scale.rounds + 1 + scale.seeds + 1

    def tell(words: str) -> None:
        progress(next(done) / steps, words)

    with ExitStack() as stack:
        sides = {name: stack.enter_context(_side(name, dataset, device, directory)) for name in SIDES}
        ours = sides["ours"]
        for side in sides.values():
            side("throughput", scale.seconds)  # warm
        speeds: dict[str, list[float]] = {name: [] for name in sides}
        peaks = []
        for _ in range(scale.rounds):
            for name, side in sides.items():
                speeds[name].append(side("throughput", scale.seconds))
            peaks.append(ours("peak"))
            tell("Throughput")
        best = max((name for name in sides if name != "ours"), key=lambda name: median(speeds[name]))
        standard = sides[best]("quality", scale.epochs)
        tell("The standard loop's quality")
        reached = []
        for seed in range(scale.seeds):
            reached.append(ours("quality", standard["mse"], seed))
            tell("Time to quality")
        inference = {str(digits): ours("inference", digits) for digits in (1, scale.digits)}
        tell("Inference")
    return {
        "dataset": dataset,
        "device": ours.device,
        "standard_is": best,
        "throughput": {
            **{name: spread(each) for name, each in speeds.items()},
            "ratio": spread(_ratios(speeds["ours"], speeds[best])),
            "share_of_peak": spread([_share(speed, peak) for speed, peak in zip(speeds["ours"], peaks, strict=True)]),
            "peak_gflops": spread([peak / 1e9 for peak in peaks]),
        },
        "quality": {
            "mse": standard["mse"],
            "standard_epochs": scale.epochs,
            "standard_seconds": standard["seconds"],
            "seconds": spread([one["seconds"] for one in reached if one]),
            "ratio": spread([standard["seconds"] / one["seconds"] for one in reached if one]),
            "never": sum(one is None for one in reached),
        },
        "inference_ms": inference,
    }


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, minimum and maximum; empty without values."""
    return {"median": median(values), "min": min(values), "max": max(values)} if values else {}


def _ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """The ratio of each round: other load slows both sides of a round."""
    return [one / other for one, other in zip(ours, theirs, strict=True)]


def _share(images_per_second: float, peak: float) -> float:
    return images_per_second * LEARNING * ModelConfig().multiply_adds / peak
