"""The command line: ``data``, ``train``, ``evaluate`` and ``reconstruct``.

Results go to standard output, progress to standard error. A user's mistake ends with exit status 2 and one line.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tqdm import tqdm

from cae.config import ModelConfig, TrainConfig, command, flag
from cae.settings import settings, written

if TYPE_CHECKING:
    from cae.data import Dataset
    from cae.device import Compute
    from cae.evaluation import Reconstruct
    from cae.metrics import Figures
    from cae.run import Run

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        options = _parser().parse_args(arguments)
        result = options.run(options)
    except _Mistake as mistake:
        return _complain(str(mistake))
    except (ValueError, OSError) as error:
        return _complain(_sentence(error))
    except KeyboardInterrupt as stop:
        return _complain(str(stop) or "Stopped.", status=130)
    if options.json:
        print(json.dumps(result))  # noqa: T201
    else:
        for name, value in result.items():
            print(f"{name:<18} {_readable(value)}")  # noqa: T201
    return 0


# ---- the commands: each takes the options and returns what to print


def _data(options: argparse.Namespace) -> dict[str, Any]:
    from cae import data

    with _Bar() as bar:
        dataset = data.load(options.dataset, options.data_dir, bar)
    sizes = {split: len(getattr(dataset, split)) for split in ("train", "validation", "test")}
    return {"dataset": dataset.name, **sizes}


def _train(options: argparse.Namespace) -> dict[str, Any]:
    config = _config(options)
    from cae import checkpoint, data
    from cae.device import choose
    from cae.events import Epoch, Finished, Step
    from cae.run import Run
    from cae.training import train

    compute = choose(options.device)
    _check_writable(options.out)
    run = Run(config, name=options.name or options.out.stem, command=command(config, str(options.out)))
    message = ""
    try:
        with _Bar() as bar:
            dataset = data.load(config.dataset, options.data_dir, bar)
            for event in train(config, dataset, compute=compute):
                run = run.after(event)
                match event:
                    case Step():
                        speed = f"{event.images_per_second:,.0f} images/s"
                        bar(event.step / run.steps, f"loss {event.loss:.4f}  {speed}")
                    case Epoch():
                        bar.line(f"epoch {event.epoch}/{config.epochs}  held-out MSE {event.held_out:.5f}")
                    case Finished():
                        message = event.message
    except KeyboardInterrupt:
        if not run.weights:
            raise
        checkpoint.save(replace(run, ending="stopped"), options.out)
        raise KeyboardInterrupt(f"Stopped; what the network had learnt is in {options.out}.") from None
    if run.ending == "diverged":
        if run.weights:
            checkpoint.save(run, options.out)
        raise _Mistake(message)
    if options.evaluate:
        run = replace(run, figures={config.dataset: _measure(run, dataset, compute)})
    checkpoint.save(run, options.out)
    return {
        "out": str(options.out),
        "steps": run.step,
        "seconds": round(run.seconds, 2),
        "device": run.device,
        "train_loss": run.history.losses[-1],
        "held_out_mse": run.history.epochs[-1][1],
        **(run.figures.get(config.dataset) or {}),
    }


def _evaluate(options: argparse.Namespace) -> dict[str, Any]:
    from cae import checkpoint, data
    from cae.device import choose

    compute = choose(options.device)
    run = checkpoint.load(options.checkpoint)
    name = options.dataset or run.config.dataset
    with _Bar() as bar:
        dataset = data.load(name, options.data_dir, bar)
    return {"dataset": name, "images": len(dataset.test), **_measure(run, dataset, compute)}


def _reconstruct(options: argparse.Namespace) -> dict[str, Any]:
    import numpy as np
    import torch
    from PIL import Image

    from cae import checkpoint
    from cae.device import choose
    from cae.drawing import digit_from_image
    from cae.metrics import per_image

    compute = choose(options.device)
    run = checkpoint.load(options.checkpoint)
    try:
        with Image.open(options.image) as picture:
            digit = digit_from_image(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if isinstance(error, OSError) and error.strerror:
            raise  # it is the file that cannot be read, not the picture in it
        raise _Mistake(f"{options.image} is not a picture that can be read; use a PNG or JPEG.") from error
    if digit is None:
        raise _Mistake(f"{options.image} shows nothing: there is no ink to make a digit of.")
    with torch.inference_mode():
        original = torch.from_numpy(digit).view(1, 1, 28, 28).float() / 255
        back = _network(run, compute)(original)
    pair = torch.cat([original, back], dim=3)[0, 0].mul(255).round().byte().numpy()
    Image.fromarray(np.kron(pair, np.ones((8, 8), np.uint8))).save(options.out, format="PNG")
    return {"out": str(options.out), **asdict(per_image(original, back).over_set())}


def _measure(run: Run, dataset: Dataset, compute: Compute) -> dict[str, Any]:
    """The test set's figures, with PCA's at the same code size."""
    from cae.baseline import PCA
    from cae.evaluation import evaluate, pca_at, report

    size = run.config.model.code_size
    with _Bar() as bar:

        def figures(reconstruct: Reconstruct, words: str) -> Figures:
            return evaluate(reconstruct, dataset.test.images, lambda share: bar(share, words)).figures

        network = figures(_network(run, compute), "Evaluating")
        beside = figures(pca_at(PCA.fit(dataset.train.images), size), "Evaluating PCA") if size else None
    return report(network, beside)


def _network(run: Run, compute: Compute) -> Reconstruct:
    """The run's network on the device; pictures come from and return to the CPU."""
    from cae.checkpoint import build

    model = build(run).to(compute.device)
    return lambda images: model(images.to(compute.device)).cpu()


def _check_writable(path: Path) -> None:
    """Better now than after an hour of training."""
    if path.is_dir():
        raise _Mistake(f"{path} is a folder; --out needs the name of a file.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=path.parent):
        pass


# ---- flags, derived from the config dataclasses


def _parser() -> argparse.ArgumentParser:
    common = _Parser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON object on standard output")
    common.add_argument("--data-dir", type=Path, help="where data sets live (default: $CAE_DATA_DIR, else data/)")
    computing = _Parser(add_help=False, parents=[common])
    computing.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")

    parser = _Parser(prog="python -m cae", description="Convolutional autoencoders: train, measure, look.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    def add(
        name: str, run: Callable[[argparse.Namespace], dict[str, Any]], help: str, takes: _Parser = computing
    ) -> _Parser:
        made: _Parser = commands.add_parser(name, help=help, description=help, parents=[takes])
        made.set_defaults(run=run)
        return made

    data = add("data", _data, "download a data set and check it", takes=common)
    data.add_argument("--dataset", default="mnist", help="which one")

    train = add("train", _train, "train a network and save it")
    train.add_argument("--out", type=Path, default=Path("run.safetensors"), help="where to save the run")
    train.add_argument("--name", help="what to call the run (default: the file's name)")
    train.add_argument("--evaluate", action="store_true", help="measure the test set and store the figures")
    for config in (TrainConfig, ModelConfig):
        for field, about in settings(config):
            default = written(field.default)
            text = f"{about.help} {str(about.domain).capitalize()}; default {default}."
            train.add_argument(flag(field.name), metavar="VALUE", help=text.replace("%", "%%"))

    evaluate = add("evaluate", _evaluate, "measure a saved network on the test images, beside PCA")
    evaluate.add_argument("checkpoint", type=Path)
    evaluate.add_argument("--dataset", help="default: the one it was trained on")

    reconstruct = add("reconstruct", _reconstruct, "pass a picture of a digit through a saved network")
    reconstruct.add_argument("checkpoint", type=Path)
    reconstruct.add_argument("image", type=Path)
    reconstruct.add_argument("--out", type=Path, default=Path("pair.png"), help="the pair, side by side")
    return parser


def _config(options: argparse.Namespace) -> TrainConfig:
    def given(config: type) -> dict[str, Any]:
        values = {}
        for field, about in settings(config):
            if (text := getattr(options, field.name)) is not None:
                try:
                    values[field.name] = about.domain.parse(text)
                except ValueError:
                    raise ValueError(f"{field.name} is {text}; it must be {about.domain}.") from None
        return values

    return TrainConfig(model=ModelConfig(**given(ModelConfig)), **given(TrainConfig))


# ---- what a person sees


class _Mistake(Exception):
    """Something the user can mend; the message says how."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _Mistake(f"{message[:1].upper()}{message[1:]}. See {self.prog} --help.")


class _Bar:
    """A progress bar on standard error."""

    def __enter__(self) -> _Bar:
        shape = "{desc:<28} {percentage:3.0f}% |{bar:24}| {elapsed}<{remaining} {postfix}"
        pause = 0.2 if sys.stderr.isatty() else 10.0  # seconds; a log file wants a line now and then
        self.bar = tqdm(total=1.0, bar_format=shape, mininterval=pause, leave=False, file=sys.stderr)
        return self

    def __call__(self, share: float, words: str) -> None:
        self.bar.set_description_str(words, refresh=False)
        self.bar.n = share
        self.bar.update(0)  # draws, if it is time to

    def line(self, text: str) -> None:
        self.bar.write(text, file=sys.stderr)

    def __exit__(self, *error: object) -> None:
        self.bar.close()


def _complain(sentence: str, status: int = 2) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201
    return status


def _sentence(error: ValueError | OSError) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}."
    sentence = " ".join(str(error).split())
    return sentence if sentence.endswith(".") else f"{sentence}."


def _readable(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "–" if value is None else str(value)
