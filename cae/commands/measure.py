"""``evaluate``, ``study`` and ``bench``: figures of a network, of many, and of the speed."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from cae.commands.options import config_of, dataset_of, seeds
from cae.commands.terminal import Bar, check_writable

if TYPE_CHECKING:
    from cae.data.datasets import Dataset
    from cae.device import Compute
    from cae.evaluation.measurement import Reconstruct
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
    from cae.device import choose
    from cae.evaluation.study import CODE_SIZES, UNPOOLINGS, Study, configs, measure, quick
    from cae.files import write_whole

    chosen = list(
        configs(
            base,
            UNPOOLINGS if options.unpooling is None else [base.model.unpooling],
            CODE_SIZES if options.code_size is None else [base.model.code_size],
        )
    )
    compute, rows = choose(options.device), []
    if options.out:
        check_writable(options.out)
    with Bar() as bar:
        dataset = dataset_of(base.dataset, base.model.picture, options.data_dir, bar)
        if options.quick:
            dataset = quick(dataset)
        for row in measure(chosen, chances, dataset, compute, bar):
            bar.line(f"{row.command}  test MSE {row.mse:.5f}")
            rows.append(row)
    told = Study(base.dataset, len(dataset.test), str(compute), options.quick, tuple(rows)).as_dict()
    if options.out:
        write_whole(options.out, json.dumps(told, indent=1).encode())
    return told


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
