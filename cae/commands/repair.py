"""``repair``: how well networks and simple ways repair damaged test pictures."""

from __future__ import annotations

import argparse
import json
from typing import Any

from cae.commands.options import dataset_of, networks, shape_of
from cae.commands.terminal import Bar, check_writable

__all__ = ["repair"]


def repair(options: argparse.Namespace) -> dict[str, Any]:
    from cae.config import KINDS, TrainConfig
    from cae.config.settings import setting_of
    from cae.device import choose
    from cae.evaluation.measurement import network_on
    from cae.evaluation.repair import STRENGTHS, Table, measure
    from cae.files import write_whole

    kind, strength = (setting_of(TrainConfig, name) for name in ("corruption", "strength"))
    compute = choose(options.device)
    runs = networks(options.checkpoints)
    kinds = KINDS if options.corruption is None else (kind.parse(options.corruption, "corruption"),)
    strengths = STRENGTHS if options.strength is None else (strength.parse(options.strength, "strength"),)
    asked = [TrainConfig(corruption=one, strength=other) for one in kinds for other in strengths]
    # Without damage all kinds are the same.
    damages = [(one.corruption, one.strength) if one.damages else ("none", 0.0) for one in asked]
    if options.out:
        check_writable(options.out)
    name = options.dataset or next(iter(runs.values())).config.dataset
    with Bar() as bar:
        dataset = dataset_of(name, shape_of(runs), options.data_dir, bar)
        ways = {title: network_on(run, compute) for title, run in runs.items()}
        rows = tuple(measure(ways, dataset, list(dict.fromkeys(damages)), options.seed, bar))
    told = Table(name, len(dataset.test), options.seed, rows).as_dict()
    if options.out:
        write_whole(options.out, json.dumps(told, indent=0).encode())
    return told
