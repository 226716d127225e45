"""Measurements on a GPU: tests that need one, the benchmark, five epochs of MNIST, each engine in each form.

``python -m tests.gpu --device cuda --data-dir DIR --out DIR`` prints tables and writes ``gpu.json``. It takes five
minutes on one card. With ``--device cpu --quick`` it is rehearsed in two minutes on a machine without a GPU.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import torch

from cae.config import ModelConfig, TrainConfig
from cae.data import datasets
from cae.data.datasets import Dataset
from cae.device import Compute, choose
from cae.engine import Engine
from cae.engine.captured import CapturedEngine
from cae.training.events import Epoch, Finished
from cae.training.loop import initialised, train

GPU_TESTS = ("tests/engine/test_engine.py", "tests/training/test_loop.py", "tests/test_device.py")
FIVE_EPOCHS = TrainConfig(epochs=5, batch_size=128)
NETWORKS = {
    "classic": ModelConfig(),
    "bottleneck": ModelConfig((16, 32, 64), code_size=32, unpooling="transpose", pooling="stride", activation="silu"),
}
PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
BATCHES = (128, 512, 1024)
STEPS, ROUNDS = 200, 5


class ChannelsLast(Compute):
    """A device with a memory format of its own, instead of the one that suits it."""

    memory_format = torch.channels_last  # type: ignore[assignment]


class Contiguous(Compute):
    memory_format = torch.contiguous_format  # type: ignore[assignment]


FORMATS: dict[str, type[Compute]] = {"channels last": ChannelsLast, "contiguous": Contiguous}


def main() -> None:
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    compute, dataset = choose(options.device), datasets.load("mnist", options.data_dir)
    told: dict[str, Any] = {"machine": _machine(compute)}
    say("machine", told["machine"])
    parts = {
        "tests": lambda: _tests(options),
        "epochs": lambda: list(_epochs(dataset, compute, options.quick)),
        "engines": lambda: list(_engines(dataset, compute, options.quick)),
        "bench": lambda: _bench(options),
    }
    for name, part in parts.items():
        begun = time.perf_counter()
        try:
            told[name] = part()
        except Exception as problem:  # noqa: BLE001 - the other parts are worth having
            told[name] = {"failed": repr(problem)}
            say(name, told[name])
        told[f"{name}_seconds"] = round(time.perf_counter() - begun, 1)
        (options.out / "gpu.json").write_text(json.dumps(told, indent=1), "utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--data-dir", type=Path, default=None)
    parser.add_argument("--out", type=Path, default=Path("gpu"))
    parser.add_argument("--quick", action="store_true", help="only show that everything runs")
    return parser.parse_args()


def say(name: str, row: Any) -> None:
    print(f"{name}: {json.dumps(row)}", flush=True)  # noqa: T201


def _machine(compute: Compute) -> dict[str, Any]:
    cudnn = torch.backends.cudnn.version() if torch.backends.cudnn.is_available() else None
    return {"device": str(compute), "torch": torch.__version__, "cuda": torch.version.cuda, "cudnn": cudnn}


def _tests(options: argparse.Namespace) -> dict[str, Any]:
    """The tests of what has a form for GPUs of its own; on a machine without one, those are skipped."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", "--tb=short", *GPU_TESTS]
    if options.quick:
        command += ["-k", "captured"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    (options.out / "tests.log").write_text(done.stdout, "utf-8")
    print(done.stdout[-5000:], flush=True)  # noqa: T201
    return {"status": done.returncode, "summary": done.stdout.strip().splitlines()[-1]}


def _epochs(dataset: Dataset, compute: Compute, quick: bool) -> Iterator[dict[str, Any]]:
    """Whole runs by the app's own loop: seconds in steps, and seconds with every look at the held-out images."""
    networks = dict(itertools.islice(NETWORKS.items(), 1 if quick else None))
    for (name, model), (precision, dtype), batch in itertools.product(networks.items(), PRECISIONS.items(), (128, 512)):
        rate = FIVE_EPOCHS.learning_rate
        config = replace(FIVE_EPOCHS, model=model, batch_size=batch, learning_rate=rate, epochs=1 if quick else 5)
        if quick and (batch == 128 or precision == "bfloat16"):
            continue
        for attempt in range(1 if quick else 2):  # the first also loads the libraries' kernels
            begun, held_out, stepping = time.perf_counter(), 0.0, 0.0
            for event in train(config, dataset, compute=replace(compute, precision=dtype)):
                match event:
                    case Epoch():
                        held_out = event.held_out
                    case Finished():
                        stepping = event.seconds
            row = {
                **{"network": name, "precision": precision, "batch": batch, "attempt": attempt + 1},
                **{"epochs": config.epochs, "seconds": round(time.perf_counter() - begun, 3)},
                **{"seconds_in_steps": round(stepping, 3), "validation_mse": held_out},
            }
            say("epochs", row)
            yield row


def _engines(dataset: Dataset, compute: Compute, quick: bool) -> Iterator[dict[str, Any]]:
    """Milliseconds a step, and the device's memory, of each engine in each precision and memory format."""
    kinds = {"plain": Engine, "captured": CapturedEngine} if compute.device.type == "cuda" else {"plain": Engine}
    networks = dict(itertools.islice(NETWORKS.items(), 1 if quick else None))
    rounds, steps, batches = (2, 3, BATCHES[:1]) if quick else (ROUNDS, STEPS, BATCHES)
    choices = itertools.product(networks.items(), batches, PRECISIONS.items(), FORMATS.items(), kinds.items())
    for (network, model), batch, (precision, dtype), (layout, form), (name, kind) in choices:
        here = form(compute.device, dtype, compute.threads)
        config = replace(FIVE_EPOCHS, model=model, batch_size=batch)
        images = dataset.train.images.to(here.device)
        row = {"network": network, "batch": batch, "precision": precision, "layout": layout, "engine": name}
        gc.collect()
        if here.device.type == "cuda":
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
        try:
            module = initialised(config).to(here.device).to(memory_format=here.memory_format)
            learner = kind(config, module, images, here, steps * (rounds + 1))
            times = [_seconds(learner, steps, here) for _ in range(rounds + 1)][1:]
        except RuntimeError as problem:
            row["failed"] = str(problem)[:200]
        else:
            step = median(times) / steps
            row |= {"step_ms": round(step * 1e3, 4), "images_per_second": round(batch / step)}
            row |= {"step_ms_range": [round(each / steps * 1e3, 4) for each in (min(times), max(times))]}
            row["loss"] = float(learner.losses[-1])
        if here.device.type == "cuda":
            row["memory_mib"] = round(torch.cuda.max_memory_reserved() / 2**20)
        say("engine", row)
        yield row


def _seconds(learner: Engine, steps: int, compute: Compute) -> float:
    if compute.device.type == "cuda":
        torch.cuda.synchronize()
    begun = time.perf_counter()
    for _ in range(steps):
        learner.step()
    if compute.device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - begun


def _bench(options: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, "-m", "cae", "bench", "--device", options.device, "--no-app", "--json"]
    command += ["--data-dir", str(options.data_dir)] if options.data_dir else []
    command += ["--quick"] if options.quick else []
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    say("bench", told)
    return told


if __name__ == "__main__":
    main()
