"""``evaluate``, ``study`` and ``bench``: figures of a network, of many, and of the speed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cae.commands.options import config_of, dataset_of, seeds
from cae.commands.terminal import Bar, check_writable
from cae.environment import environment

if TYPE_CHECKING:
    from cae.data.datasets import Dataset
    from cae.device import Compute
    from cae.evaluation.measurement import Reconstruct
    from cae.evaluation.unit import Place
    from cae.runs.figures import Figures
    from cae.runs.run import Run

__all__ = ["bench", "evaluate", "measured", "study"]


def evaluate(options: argparse.Namespace) -> dict[str, Any]:
    from cae.device import choose
    from cae.runs import checkpoint

    compute = choose(options.device)
    run = checkpoint.load(options.checkpoint)
    name = options.dataset or run.config.dataset
    with Bar() as bar:
        dataset = dataset_of(name, run.config.model.picture, options.data_dir, bar)
    return {"dataset": name, "images": len(dataset.test), **measured(run, dataset, compute)}


def study(options: argparse.Namespace) -> dict[str, Any]:
    base, chances = config_of(options), seeds(options.seeds)
    from cae.evaluation.kept_units import keeping
    from cae.evaluation.study import CODE_SIZES, UNPOOLINGS, Study, configs, quick, rows
    from cae.files import write_whole

    out, found = options.out, []
    chosen = list(
        configs(
            base,
            UNPOOLINGS if options.unpooling is None else [base.model.unpooling],
            CODE_SIZES if options.code_size is None else [base.model.code_size],
        )
    )
    if out:
        check_writable(out)
        part = out.with_name(f"{out.name}.part")
    with _place(options.device, len(chosen) * len(chances)) as place, Bar() as bar:
        dataset = dataset_of(base.dataset, base.model.picture, options.data_dir, bar)
        if options.quick:
            dataset = quick(dataset)

        def taken(count: int, of: int) -> None:
            if count:
                bar.line(f"{part} has {count} of {of} runs already.")

        if out:
            place = keeping(place, part, options.quick, taken)
        try:
            for row in rows(chosen, chances, dataset, place.units, bar):
                bar.line(f"{row.command}  test MSE {row.mse:.5f}")
                found.append(row)
        except KeyboardInterrupt:
            if not out or not part.exists() or not part.stat().st_size:
                raise
            words = f"Stopped; the finished runs are in {part}. Run the same command again to continue."
            raise KeyboardInterrupt(words) from None
    told = Study.of(chosen, found, dataset, options.quick).as_dict()
    if out:
        write_whole(out, json.dumps(told, indent=1).encode())
        part.unlink(missing_ok=True)
    return told


@contextmanager
def _place(device: str, runs: int) -> Iterator[Place]:
    """Where the runs of a study are computed. Raises ``ValueError`` for a device that is not there.

    Raises ``OSError`` if there should be a cluster and is none.
    """
    settings = environment()
    if settings.ray_address:
        from cae.jobs.cluster.study import cluster

        with cluster(settings, device) as place:
            yield place
        return
    from cae.device import choose
    from cae.evaluation.unit import here
    from cae.jobs.study.processes import processes

    compute = choose(device)
    alone = compute.device.type != "cpu" or compute.threads == 1 or runs == 1
    # One thread here, too: PCA is computed beside the processes.
    yield here(compute) if alone else processes(choose("cpu", threads=1), compute.threads)


def bench(options: argparse.Namespace) -> dict[str, Any]:
    from cae.bench.comparison import QUICK, Scale, compare
    from cae.bench.standard import SETS
    from cae.bench.waits import waits
    from cae.data.datasets import default_directory, load

    if options.dataset not in SETS:
        raise ValueError(f"dataset is {options.dataset}; the standard loop needs one of {', '.join(SETS)}.")
    with Bar() as bar:
        load(options.dataset, options.data_dir, bar)
        directory = options.data_dir or default_directory()
        scale = QUICK if options.quick else Scale()
        told = {"quick": options.quick, **compare(options.dataset, options.device, directory, scale, bar)}
        bar(1.0, "The app")
        return {**told, "app": None if options.no_app else waits(options.quick)}


def measured(run: Run, dataset: Dataset, compute: Compute) -> dict[str, Any]:
    """The test set's figures, with PCA's at the same code size."""
    from cae.evaluation.measurement import evaluate, negative_elbo, network_on, pca_at, report
    from cae.evaluation.pca import PCA

    size = run.config.model.pca_size
    with Bar() as bar:

        def figures(reconstruct: Reconstruct, words: str) -> Figures:
            return evaluate(reconstruct, dataset.test.images, lambda share: bar(share, words)).figures

        network = figures(network_on(run, compute), "Evaluating")
        beside = figures(pca_at(PCA.fit(dataset.train.images), size), "Evaluating PCA") if size else None
    return {**report(network, beside), **negative_elbo(run, dataset.test.images, compute)}
