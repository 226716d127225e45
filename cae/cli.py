"""The command line: training, measuring, looking; ``python -m cae --help`` lists the commands.

Results go to standard output, progress to standard error. A user's mistake ends with exit status 2 and one line.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from cae import commands
from cae.config import KINDS, ModelConfig, TrainConfig, flag
from cae.config.settings import settings, written
from cae.environment import DEVICES, environment
from cae.registry import DATASETS, FOLDER, GREATEST_SIDE, LEAST_SIDE, Shape
from cae.text import printable, sentence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        options = _options(arguments)
        result = options.run(options)
    except (ValueError, OSError) as error:
        return _complain(" ".join([sentence(error), *getattr(error, "__notes__", ())]))
    except KeyboardInterrupt as stop:
        return _complain(str(stop) or "Stopped.", status=130)
    print(json.dumps(result) if options.json else options.show(result))  # noqa: T201
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser(environment().device)
    options = parser.parse_args(arguments)
    for name, value in vars(options).items():
        if value == []:  # Python 3.11 drops a value of "--"
            parser.error(f"argument {flag(name)}: expected one argument")
    return options


@cache  # to make it takes longer than many a command
def _parser(device: str) -> argparse.ArgumentParser:
    """The commands and their flags; those of ``train`` are derived from the config dataclasses.

    ``device`` is where to compute if no flag says it.
    """
    common = _Parser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON object on standard output")
    common.add_argument("--data-dir", type=Path, help="where data sets live (default: $CAE_DATA_DIR, else data/)")
    computing = _Parser(add_help=False, parents=[common])
    computing.add_argument(
        "--device",
        default=device,
        help=f"auto, {', '.join(DEVICES)} (default: $CAE_DEVICE, else auto)",
    )

    parser = _Parser(prog="python -m cae", description="Convolutional autoencoders: train, measure, look.")
    added = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    def add(
        name: str,
        run: Callable[[argparse.Namespace], dict[str, Any]],
        help: str,
        takes: _Parser = computing,
        show: Callable[[dict[str, Any]], str] = _lines,
    ) -> _Parser:
        made: _Parser = added.add_parser(name, help=help, description=help, parents=[takes])
        made.set_defaults(run=run, show=show)
        return made

    data = add("data", commands.data, "download a data set and check it", takes=common)
    data.add_argument("--dataset", default="mnist", help=f"one of {', '.join(DATASETS)}, or {FOLDER}PATH")
    _add_shape(data)

    train = add("train", commands.train, "train a network and save it")
    train.add_argument("--out", type=Path, default=Path("run.safetensors"), help="where to save the run")
    train.add_argument("--name", help="what to call the run (default: the file's name)")
    train.add_argument(
        "--exact-norms",
        action="store_true",
        help="at the end, measure the means and variances of the batch norms over all training pictures, which makes "
        "small codes better",
    )
    train.add_argument(
        "--half",
        action="store_true",
        help="at the end, round kernels and matrices to 16 bits, for a file of half the size",
    )
    train.add_argument("--evaluate", action="store_true", help="measure the test set and store the figures")
    _add_settings(train)

    evaluate = add("evaluate", commands.evaluate, "measure a saved network on the test images, beside PCA")
    evaluate.add_argument("checkpoint", type=Path)
    evaluate.add_argument("--dataset", help="default: the one it was trained on")

    study = add("study", commands.study, "compare code sizes and unpoolings: train and measure each", show=_study)
    study.add_argument("--seeds", default="0,1,2", help="the seeds to train each network with; default 0,1,2")
    study.add_argument("--quick", action="store_true", help="few images: shows that it runs, the figures mean nothing")
    kept = (
        "where to save the table; OUT.part keeps the finished runs: after an interruption, run the same command again"
    )
    study.add_argument("--out", type=Path, help=kept)
    _add_settings(study, never=("seed",))

    repair = add("repair", commands.repair, "repair damaged test images: networks beside simple ways", show=_repair)
    repair.add_argument("checkpoints", metavar="NETWORK", type=Path, nargs="+", help="the file of a saved network")
    repair.add_argument("--dataset", help="default: the one that the first was trained on")
    repair.add_argument(
        "--corruption",
        metavar="VALUE",
        help=f"only this kind of damage: {', '.join(KINDS)} or mixed; default: each but mixed",
    )
    repair.add_argument("--strength", metavar="VALUE", help="only this strength; default: 0 to 0.8 in steps of 0.1")
    repair.add_argument("--seed", type=int, default=0, help="of the damage; default 0")
    repair.add_argument("--out", type=Path, help="where to save the table")

    outliers = add(
        "outliers",
        commands.outliers,
        "find letters, clothes, noise and others that are no digits: the AUROC of each score",
        takes=common,
        show=_outliers,
    )
    outliers.add_argument("checkpoints", metavar="NETWORK", type=Path, nargs="+", help="the file of a saved network")
    outliers.add_argument("--dataset", help="what belongs; default: the data set that the first was trained on")
    outliers.add_argument("--seed", type=int, default=0, help="of noise, letters and scribbles; default 0")
    outliers.add_argument("--out", type=Path, help="the folder for the table and each network's scores")

    reconstruct = add("reconstruct", commands.reconstruct, "pass a picture of a digit through a saved network")
    reconstruct.add_argument("checkpoint", type=Path)
    reconstruct.add_argument("image", type=Path, help="a photo, a scan or a screenshot")
    reconstruct.add_argument("--digit", type=int, help="which of several on it: 1 is the first in reading order")
    reconstruct.add_argument("--out", type=Path, default=Path("pair.png"), help="the pair, side by side")

    latent = add(
        "latent", commands.latent, "write the codes of the test images, a map, a morph and samples", takes=common
    )
    latent.add_argument("checkpoint", type=Path)
    latent.add_argument("--dataset", help="default: the one it was trained on")
    latent.add_argument("--out", type=Path, default=Path("latent"), help="the folder to write to")
    latent.add_argument("--gap", type=int, default=0, help="search better codes for so many test images; default 0")
    latent.add_argument("--judge", type=int, default=0, help="say how real so many samples look; default 0")
    latent.add_argument("--components", type=int, default=20, help="Gaussians in the mixture; default 20")
    latent.add_argument("--seed", type=int, default=0, help="of the samples; default 0")

    program = add(
        "program", commands.program, "write a saved network as a program, which runs without torch", takes=common
    )
    program.add_argument("checkpoint", type=Path)
    program.add_argument("--out", type=Path, default=Path("program.safetensors"), help="where to save the program")

    export = add(
        "export", commands.export, "write a saved network as a folder that needs nothing of this project", takes=common
    )
    export.add_argument("checkpoint", type=Path)
    export.add_argument(
        "--out", type=Path, default=Path("network"), help="a new folder, or a name that ends in .zip (default: network)"
    )

    bench = add("bench", commands.bench, "measure this project beside the standard loop", show=_bench)
    bench.add_argument("--dataset", default="mnist", help="mnist, fashion-mnist or kmnist")
    bench.add_argument("--no-app", action="store_true", help="leave out the app in a browser")
    bench.add_argument("--quick", action="store_true", help="little of everything: the figures mean nothing")
    return parser


def _add_settings(parser: _Parser, never: Sequence[str] = ()) -> None:
    """A flag for every field of the config dataclasses."""
    for config in (TrainConfig, ModelConfig):
        for field, about in settings(config):
            if field.name not in never:
                text = f"{about.help} {str(about.domain).capitalize()}; default {written(field.default)}."
                parser.add_argument(flag(field.name), metavar="VALUE", help=text.replace("%", "%%"))
    parser.add_argument("--noise", metavar="VALUE", help="the same as --corruption gaussian --strength VALUE")
    _add_shape(parser)


def _add_shape(parser: _Parser) -> None:
    """The flags for the shape of a person's own pictures."""
    about = (
        f"of pictures from {FOLDER}PATH: their side in pixels, {LEAST_SIDE} to {GREATEST_SIDE}; default {Shape().side}"
    )
    parser.add_argument("--side", type=int, help=about)
    parser.add_argument("--colour", action="store_true", help=f"keep the colours of pictures from {FOLDER}PATH")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message[:1].upper()}{message[1:]}. See {self.prog} --help.")


def _complain(sentence: str, status: int = 2) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201
    return status


def _lines(result: dict[str, Any]) -> str:
    return "\n".join(f"{name:<18} {_readable(value)}" for name, value in result.items())


def _study(result: dict[str, Any]) -> str:
    """The study as a table: figures of the test split, means over the seeds."""
    heads = ("unpooling", "code", "MSE", "spread", "SSIM", "PCA's MSE", "switch bits")
    table = [heads]
    for row in result["rows"]:
        model, pca = row["config"]["model"], row["pca"] or {"mse": None}
        figures = (row["mse"], row["spread"], row["ssim"], pca["mse"])
        cells = [model["unpooling"], written(model["code_size"]), *map(_readable, figures), f"{row['switch_bits']:,}"]
        table.append(tuple(cells))
    return "\n".join("".join(f"{cell:<13}" for cell in row).rstrip() for row in table)


def _repair(result: dict[str, Any]) -> str:
    """A line for each damage and way: figures of the test split."""
    table = [("damage", "strength", "way", "MSE", "PSNR", "SSIM")]
    for row in result["rows"]:
        parameter = "" if row["parameter"] is None else f" {row['parameter']:g}"
        figures = (_readable(row["figures"][name]) for name in ("mse", "psnr", "ssim"))
        table.append((row["kind"], f"{row['strength']:g}", row["way"] + parameter, *figures))
    return "\n".join("".join(f"{cell:<21}" for cell in row).rstrip() for row in table)


def _outliers(result: dict[str, Any]) -> str:
    """A line for each network and score, a column for each kind of outlier: the AUROC."""
    kinds = list(dict.fromkeys(row["outliers"] for row in result["rows"]))
    found = {(row["network"], row["score"], row["outliers"]): row["auroc"] for row in result["rows"]}
    lines = dict.fromkeys((network, score) for network, score, _ in found)
    table = [("network", "score", *kinds)]
    table += [(*line, *(f"{found[*line, kind]:.3f}" for kind in kinds)) for line in lines]
    return "\n".join("".join(f"{cell:<19}" for cell in row).rstrip() for row in table)


def _bench(result: dict[str, Any]) -> str:
    from cae.bench.table import table

    return table(result)


def _readable(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "–" if value is None else printable(str(value))
