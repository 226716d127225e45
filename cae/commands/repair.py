"""``repair``: how well networks and simple ways repair damaged test pictures."""

from __future__ import annotations

import argparse
import json
from typing import Any

from cae.commands.options import networks
from cae.commands.terminal import Bar, check_writable

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

    about = {field.name: setting for field, setting in settings(TrainConfig)}
    compute = choose(options.device)
    runs = networks(options.checkpoints)
    kinds = KINDS if options.corruption is None else (about["corruption"].parse(options.corruption, "corruption"),)
    strengths = STRENGTHS if options.strength is None else (about["strength"].parse(options.strength, "strength"),)
    asked = [TrainConfig(corruption=kind, strength=strength) for kind in kinds for strength in strengths]
    # Without damage all kinds are the same.
    damages = [(one.corruption, one.strength) if one.damages else ("none", 0.0) for one in asked]
    if options.out:
        check_writable(options.out)
    name = options.dataset or next(iter(runs.values())).config.dataset
    with Bar() as bar:
        dataset = datasets.load(name, options.data_dir, bar)
        ways = {title: network_on(run, compute) for title, run in runs.items()}
        rows = tuple(measure(ways, dataset, list(dict.fromkeys(damages)), options.seed, bar))
    told = Table(name, len(dataset.test), options.seed, rows).as_dict()
    if options.out:
        write_whole(options.out, json.dumps(told, indent=0).encode())
    return told
