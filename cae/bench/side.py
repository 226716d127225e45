"""One side of the benchmark as a process: reads commands from standard input, answers on standard output.

Command and answer are lines of JSON; a command is ``[name, arguments…]``. While one side works, the other waits.
``python -m cae.bench.side SIDE DATASET DEVICE DIRECTORY`` starts one.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Generator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from statistics import median

import torch

from cae.bench.standard import StandardLoop
from cae.config import TrainConfig
from cae.data import datasets
from cae.device import Compute, choose
from cae.engine.forms import fast_forms
from cae.evaluation.pca import PCA
from cae.runs.checkpoint import build
from cae.runs.run import Run
from cae.training.events import Epoch, Event, Preview, Step
from cae.training.loop import held_out, initialised, train

__all__ = ["QUALITY", "SIDES", "main"]

QUALITY = TrainConfig(epochs=1, batch_size=32, learning_rate=2e-2)  # the classic network, to be good soon
MATRIX = 2048  # rows and columns of the products that tell the machine's peak
PCA_SIZE = 32
PART = 500  # digits that go through a network at once


class Standard:
    """The standard loop with this number of loader processes."""

    def __init__(self, workers: int, dataset: str, device: str, directory: Path) -> None:
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        self.compute = Compute(torch.device(device), threads=torch.get_num_threads())  # as torch comes, not as chosen
        self.dataset, self.workers, self.directory = datasets.load(dataset, directory), workers, directory
        self.loop = self._begin()

    def throughput(self, seconds: float) -> float:
        """Images a second."""
        images, spent = self.loop.for_seconds(seconds)
        return images / spent

    def quality(self, epochs: int) -> dict[str, float]:
        """Train for this number of epochs; returns the seconds and the validation MSE."""
        loop = self._begin()
        seconds = loop.for_epochs(epochs)
        return {"seconds": seconds, "mse": held_out(loop.model, self.dataset.validation.images.to(loop.device)).mse}

    def _begin(self) -> StandardLoop:
        name, images = self.dataset.name, len(self.dataset.train)
        return StandardLoop(name, images, self.workers, self.compute.device, self.directory)


class Ours:
    """This project's training loop, network and PCA."""

    def __init__(self, dataset: str, compute: Compute, directory: Path) -> None:
        self.dataset, self.compute = datasets.load(dataset, directory), compute
        self.config = TrainConfig(dataset=dataset, epochs=100)
        self.events = self._train(self.config)

    def throughput(self, seconds: float) -> float:
        """Images a second, including the validation that a run does."""
        start, images = time.perf_counter(), 0
        for event in self.events:
            if isinstance(event, Step):
                images += len(event.losses) * self.config.batch_size
                if (spent := time.perf_counter() - start) >= seconds:
                    return images / spent
        raise AssertionError("a hundred epochs are over")

    def quality(self, mse: float, seed: int) -> dict[str, float] | None:
        """Seconds until a new run's validation MSE is at most this, and that MSE; None if it never is."""
        run = Run(replace(QUALITY, dataset=self.dataset.name, seed=seed))
        validation = self.dataset.validation.images.to(self.compute.device)
        spent, since = 0.0, time.perf_counter()
        for event in self._train(run.config):
            spent += time.perf_counter() - since
            run = run.after(event)
            if isinstance(event, (Preview, Epoch)):
                reached = held_out(build(run).to(self.compute.device), validation).mse
                if reached <= mse:
                    return {"seconds": spent, "mse": reached}
            since = time.perf_counter()
        return None

    def peak(self) -> float:
        """Floating-point operations a second in float32 matrix products."""
        one = torch.rand(MATRIX, MATRIX, device=self.compute.device)
        return 2 * MATRIX**3 / min(self._seconds(lambda: one @ one) for _ in range(5))

    def inference(self, digits: int) -> dict[str, float]:
        """Milliseconds for this number of digits, with the classic network and with PCA."""
        images = self.dataset.test.images[:digits].float() / 255
        network = initialised(self.config).to(self.compute.device).to(memory_format=self.compute.memory_format).eval()
        pca = PCA.fit(self.dataset.train.images)
        ways: dict[str, Callable[[], object]] = {
            "network": lambda: [network(part.to(self.compute.device)).cpu() for part in images.split(PART)],
            "pca": lambda: pca.reconstruct(images, PCA_SIZE),
        }
        # As the app does it: a set of pictures takes the fast forms, a single one needs none.
        with torch.inference_mode(), fast_forms(self.compute.device) if digits > 1 else nullcontext():
            return {name: median(self._seconds(way) for _ in range(11)) * 1e3 for name, way in ways.items()}

    def _train(self, config: TrainConfig) -> Generator[Event, None, None]:
        return train(config, self.dataset, compute=self.compute)

    def _seconds(self, work: Callable[[], object]) -> float:
        start = time.perf_counter()
        work()
        if self.compute.device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - start


SIDES: dict[str, Callable[[str, str, Path], Standard | Ours]] = {
    "ours": lambda dataset, device, directory: Ours(dataset, choose(device), directory),
    "standard": lambda *where: Standard(0, *where),
    "standard, 2 workers": lambda *where: Standard(2, *where),
}


def main(side: str, dataset: str, device: str, directory: str) -> None:
    """Answer commands until standard input ends."""
    contender = SIDES[side](dataset, device, Path(directory))
    print(json.dumps(str(contender.compute)), flush=True)  # noqa: T201
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(getattr(contender, name)(*arguments)), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
