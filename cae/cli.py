"""The command line: ``data``, ``train``, ``evaluate`` and ``reconstruct``.

Results go to standard output, progress to standard error. A user's mistake ends with exit status 2 and one line.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from cae import commands
from cae.config import ModelConfig, TrainConfig, flag
from cae.sentences import printable, sentence
from cae.settings import settings, written

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        options = _options(arguments)
        result = options.run(options)
    except (ValueError, OSError) as error:
        return _complain(sentence(error))
    except KeyboardInterrupt as stop:
        return _complain(str(stop) or "Stopped.", status=130)
    if options.json:
        print(json.dumps(result))  # noqa: T201
    else:
        for name, value in result.items():
            print(f"{name:<18} {_readable(value)}")  # noqa: T201
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(arguments)
    for name, value in vars(options).items():
        if value == []:  # Python 3.11 drops a value of "--"
            parser.error(f"argument {flag(name)}: expected one argument")
    return options


def _parser() -> argparse.ArgumentParser:
    """The commands and their flags; those of ``train`` are derived from the config dataclasses."""
    common = _Parser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON object on standard output")
    common.add_argument("--data-dir", type=Path, help="where data sets live (default: $CAE_DATA_DIR, else data/)")
    computing = _Parser(add_help=False, parents=[common])
    computing.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")

    parser = _Parser(prog="python -m cae", description="Convolutional autoencoders: train, measure, look.")
    added = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    def add(
        name: str, run: Callable[[argparse.Namespace], dict[str, Any]], help: str, takes: _Parser = computing
    ) -> _Parser:
        made: _Parser = added.add_parser(name, help=help, description=help, parents=[takes])
        made.set_defaults(run=run)
        return made

    data = add("data", commands.data, "download a data set and check it", takes=common)
    data.add_argument("--dataset", default="mnist", help="which one")

    train = add("train", commands.train, "train a network and save it")
    train.add_argument("--out", type=Path, default=Path("run.safetensors"), help="where to save the run")
    train.add_argument("--name", help="what to call the run (default: the file's name)")
    train.add_argument("--evaluate", action="store_true", help="measure the test set and store the figures")
    for config in (TrainConfig, ModelConfig):
        for field, about in settings(config):
            default = written(field.default)
            text = f"{about.help} {str(about.domain).capitalize()}; default {default}."
            train.add_argument(flag(field.name), metavar="VALUE", help=text.replace("%", "%%"))

    evaluate = add("evaluate", commands.evaluate, "measure a saved network on the test images, beside PCA")
    evaluate.add_argument("checkpoint", type=Path)
    evaluate.add_argument("--dataset", help="default: the one it was trained on")

    reconstruct = add("reconstruct", commands.reconstruct, "pass a picture of a digit through a saved network")
    reconstruct.add_argument("checkpoint", type=Path)
    reconstruct.add_argument("image", type=Path)
    reconstruct.add_argument("--out", type=Path, default=Path("pair.png"), help="the pair, side by side")
    return parser


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message[:1].upper()}{message[1:]}. See {self.prog} --help.")


def _complain(sentence: str, status: int = 2) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201
    return status


def _readable(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "–" if value is None else printable(str(value))
