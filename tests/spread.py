"""Measures a study in processes of one thread beside one process with all threads.

``python -m tests.spread``, from the project's root. Both compute the same runs, in alternation, so that whatever else
the machine does meets both alike: first one, then the other, in the next round the other way round. A study starts its
processes once, so the ratio leaves out their start. The figures of both are compared, too: with another number of
threads, sums have other last digits.
"""

import argparse
import sys
import time
from dataclasses import fields, replace
from statistics import median

from cae.config import ModelConfig, TrainConfig
from cae.data import datasets
from cae.device import choose
from cae.evaluation.unit import here
from cae.jobs.study.processes import processes
from cae.runs.figures import Figures

MODELS = (
    ModelConfig(),
    ModelConfig(code_size=8, unpooling="fixed"),
    ModelConfig(code_size=32, unpooling="transpose"),
)
SEEDS = (0, 1)


def tell(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", default="synthetic")
    parser.add_argument("--images", type=int, default=10_000, help="to train on; default 10000")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()

    dataset = datasets.load(options.dataset)
    dataset = replace(dataset, train=dataset.train[: options.images], test=dataset.test[:2000])
    configs = [TrainConfig(model, options.dataset, seed=seed) for model in MODELS for seed in SEEDS]
    compute = choose("cpu")
    places = {"one process": here(compute), "processes": processes(replace(compute, threads=1), compute.threads)}

    def timed(place):
        """Seconds until the first step of a run, seconds from there, and the units."""
        start, steps = time.perf_counter(), []
        units = dict(place.units(configs, dataset, lambda share, words: steps.append(time.perf_counter())))
        return steps[0] - start, time.perf_counter() - steps[0], units

    dict(places["one process"].units(configs[:1], dataset, lambda share, words: None))  # warm
    ratios, differences = [], {}
    for number in range(options.rounds):
        order = list(places) if number % 2 == 0 else list(places)[::-1]
        found = {name: timed(places[name]) for name in order}
        (_, one, alone), (began, many, beside) = found["one process"], found["processes"]
        ratios.append(one / many)
        spread = f"{compute.threads} processes, 1 thread each: {many:.1f} s, after {began:.1f} s to start"
        tell(f"one process, {compute}: {one:.1f} s; {spread}; ratio {one / many:.2f}")
        for config in configs:
            for name in (field.name for field in fields(Figures)):
                a, b = (getattr(units[config].figures, name) for units in (alone, beside))
                differences[name] = max(differences.get(name, 0.0), abs(a - b) / abs(a))
    tell(f"ratio: {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}), {len(configs)} runs")
    tell(f"greatest relative difference: {', '.join(f'{name} {value:.1e}' for name, value in differences.items())}")


if __name__ == "__main__":
    main()
