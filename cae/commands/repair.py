"""``repair``: how well networks and simple ways repair damaged test pictures."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from cae.commands.terminal import Bar, check_writable

if TYPE_CHECKING:
    from cae.runs.run import Run

__all__ = ["repair"]


def repair(options: argparse.Namespace) -> dict[str, Any]:
    from cae.config import TrainConfig
    from cae.config.settings import settings
    from cae.data import datasets
    from cae.data.corruption import KINDS
    from cae.device import choose
    from cae.evaluation.measurement import network_on
    from cae.evaluation.repair import STRENGTHS, Table, measure
    from cae.files import write_whole
    from cae.runs import checkpoint

    about = {field.name: setting for field, setting in settings(TrainConfig)}
    compute = choose(options.device)
    runs: dict[str, Run] = {path.stem: checkpoint.load(path) for path in options.checkpoints}
    if len(runs) < len(options.checkpoints):
        raise ValueError("Two networks have the same name; give each its own.")
    kinds = KINDS if options.corruption is None else (about["corruption"].parse(options.corruption, "corruption"),)
    strengths = STRENGTHS if options.strength is None else (about["strength"].parse(options.strength, "strength"),)
    for kind in kinds:
        for strength in strengths:
            TrainConfig(corruption=kind, strength=strength)  # refuses what is not allowed
    # Without damage all kinds are the same.
    damages = [("none", 0.0)] * (0.0 in strengths) + [(kind, one) for kind in kinds for one in strengths if one]
    if options.out:
        check_writable(options.out)
    name = options.dataset or next(iter(runs.values())).config.dataset
    with Bar() as bar:
        dataset = datasets.load(name, options.data_dir, bar)
        networks = {title: network_on(run, compute) for title, run in runs.items()}
        rows = tuple(measure(networks, dataset, damages, options.seed, bar))
    told = Table(name, len(dataset.test), options.seed, rows).as_dict()
    if options.out:
        write_whole(options.out, json.dumps(told, indent=0).encode())
    return told
