"""The commands of the command line: each takes its options and returns its result as plain values.

A user's mistake raises ``ValueError`` or ``OSError`` with a sentence. Progress goes to standard error. Only commands
that need torch import it, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from cae.config import ModelConfig, TrainConfig, command
from cae.config.settings import settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cae.data.datasets import Dataset
    from cae.device import Compute
    from cae.evaluation.measurement import Reconstruct
    from cae.runs.figures import Figures
    from cae.runs.run import Run

__all__ = ["bench", "config_of", "data", "evaluate", "latent", "program", "reconstruct", "study", "train"]

MAPPED, SHEET = 1_000, 1_400  # pictures on the map of ``latent``, and its side in pixels
FRAMES = 12  # of a morph from one digit to the next
STEPS = 200  # of the search for the best code


def data(options: argparse.Namespace) -> dict[str, Any]:
    from cae.data import datasets

    with _Bar() as bar:
        dataset = datasets.load(options.dataset, options.data_dir, bar)
    sizes = {split: len(getattr(dataset, split)) for split in ("train", "validation", "test")}
    return {"dataset": dataset.name, **sizes}


def train(options: argparse.Namespace) -> dict[str, Any]:
    config = config_of(options)
    from cae.data import datasets
    from cae.device import choose
    from cae.runs import checkpoint
    from cae.runs.run import Run
    from cae.training.events import Epoch, Finished, Step
    from cae.training.loop import train as steps

    compute = choose(options.device)
    _check_writable(options.out)
    run = Run(config, name=options.name or options.out.stem, command=command(config, str(options.out)))
    message = ""
    try:
        with _Bar() as bar:
            dataset = datasets.load(config.dataset, options.data_dir, bar)
            for event in steps(config, dataset, compute=compute):
                run = run.after(event)
                match event:
                    case Step():
                        speed = f"{event.images_per_second:,.0f} images/s"
                        bar(event.step / run.steps, f"loss {event.loss:.4f}  {speed}")
                    case Epoch():
                        kl = "" if event.kl is None else f"  KL {event.kl:.2f} nats"
                        bar.line(f"epoch {event.epoch}/{config.epochs}  held-out MSE {event.held_out:.5f}{kl}")
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
        raise ValueError(message)
    checkpoint.save(run, options.out)
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
        **({"held_out_kl": run.history.held_out_kl[-1][1]} if config.model.variational else {}),
        **(run.figures.get(config.dataset) or {}),
    }


def evaluate(options: argparse.Namespace) -> dict[str, Any]:
    from cae.data import datasets
    from cae.device import choose
    from cae.runs import checkpoint

    compute = choose(options.device)
    run = checkpoint.load(options.checkpoint)
    name = options.dataset or run.config.dataset
    with _Bar() as bar:
        dataset = datasets.load(name, options.data_dir, bar)
    return {"dataset": name, "images": len(dataset.test), **_measure(run, dataset, compute)}


def reconstruct(options: argparse.Namespace) -> dict[str, Any]:
    import numpy as np
    import torch

    from cae.device import choose
    from cae.drawing.digit import digit_from_image
    from cae.drawing.picture_file import open_picture
    from cae.evaluation.measurement import network_on
    from cae.evaluation.metrics import per_image
    from cae.files import write_whole
    from cae.inference import levels
    from cae.runs import checkpoint

    compute = choose(options.device)
    run = checkpoint.load(options.checkpoint)
    with _silence():
        picture = open_picture(options.image)
    digit = digit_from_image(picture)
    if digit is None:
        raise ValueError(f"{options.image} shows nothing: there is no ink to make a digit of.")
    with torch.inference_mode():
        original = torch.from_numpy(digit).view(1, 1, 28, 28).float() / 255
        back = network_on(run, compute)(original)
    pair = levels(torch.cat([original, back], dim=3))[0]
    write_whole(options.out, _png(np.kron(pair, np.ones((8, 8), np.uint8))))
    return {"out": str(options.out), **asdict(per_image(original, back).over_set())}


def program(options: argparse.Namespace) -> dict[str, Any]:
    from cae.files import write_whole
    from cae.program.file import dump
    from cae.program.program import assemble
    from cae.program.trace import trace
    from cae.runs import checkpoint

    run = checkpoint.load(options.checkpoint)
    made = assemble(trace(checkpoint.build(run)), run.weights)
    content = dump(made)
    write_whole(options.out, content)
    return {"out": str(options.out), "bytes": len(content), "operations": len(made.encode) + len(made.decode)}


def latent(options: argparse.Namespace) -> dict[str, Any]:
    import numpy as np
    import torch

    from cae.analysis.density import Density
    from cae.analysis.latent import Directions, amortisation_gap, between, codes, decode
    from cae.analysis.samples import DIGITS, TRAINING, judge, sources
    from cae.data import datasets
    from cae.drawing.animation import there_and_back
    from cae.files import write_whole
    from cae.inference import levels
    from cae.runs import checkpoint

    run = checkpoint.load(options.checkpoint)
    if run.config.model.needs_switches:
        raise ValueError(f"{options.checkpoint} needs the switches of a picture: a code alone cannot be decoded.")
    if options.gap < 0:
        raise ValueError(f"gap is {options.gap}; it must be 0 or more pictures.")
    if options.out.exists() and not options.out.is_dir():
        raise ValueError(f"{options.out} is a file; --out needs the name of a folder.")
    if options.components < 1:
        raise ValueError(f"components is {options.components}; it must be 1 or more Gaussians.")
    if options.judge < 0:
        raise ValueError(f"judge is {options.judge}; it must be 0 or more pictures.")
    model, name = checkpoint.build(run).requires_grad_(False), options.dataset or run.config.dataset
    if options.judge and name not in DIGITS:
        raise ValueError(f"--judge needs digits, which its classifier knows; {name} has none.")
    with _Bar() as bar:
        dataset = datasets.load(name, options.data_dir, bar)
        test = dataset.test
        options.out.mkdir(parents=True, exist_ok=True)
        bar(0.0, "Encoding")
        found = codes(model, test.images)
        directions = Directions.of(found, min(2, found.shape[1]))
        places = directions.project(found)
        told: dict[str, Any] = {
            "out": str(options.out),
            "dataset": name,
            "images": len(found),
            "numbers": found.shape[1],
        }
        told["map_variance"] = float(directions.spreads.square().sum() / found.var(0, correction=0).sum())
        packed = io.BytesIO()
        np.savez_compressed(packed, codes=found.numpy(), labels=test.labels.numpy(), map=places.numpy())
        write_whole(options.out / "codes.npz", packed.getvalue())
        write_whole(options.out / "map.png", _png(_map(test.images[:MAPPED, 0].numpy(), places[:MAPPED].numpy())))
        firsts = [int((test.labels == label).nonzero()[0, 0]) for label in test.labels.unique()]
        with torch.inference_mode():
            walk = torch.cat([between(found[one], found[other], FRAMES)[:-1] for one, other in pairwise(firsts)])
            write_whole(options.out / "morph.webp", there_and_back(levels(decode(model, walk))))
            bar(0.5, "Fitting a mixture")
            drawn = Density.fit(found, options.components).sample(100, options.seed)
            write_whole(options.out / "samples.png", _png(_sheet(levels(decode(model, drawn)))))
            if run.config.model.variational:
                prior = torch.randn(drawn.shape, generator=torch.Generator().manual_seed(options.seed))
                write_whole(options.out / "prior.png", _png(_sheet(levels(decode(model, prior)))))
        if options.judge:
            known = dataset.train.images[:TRAINING]
            judged = judge(
                model,
                sources(codes(model, known)),
                test.images.float() / 255,
                known.float() / 255,
                options.judge,
                lambda share: bar(share, "Judging samples"),
            )
            told |= {
                f"{part}_{what.lower().replace(', ', '_').replace(' ', '_')}": value
                for what, one in judged.items()
                for part, value in asdict(one).items()
            }
        if options.gap:
            some = test.images[: options.gap]
            before, after = amortisation_gap(model, some, STEPS, lambda share: bar(share, "Searching better codes"))
            told |= {"gap_images": len(some), "mse_encoder": before, "mse_best_code": after, "gap": before - after}
    return told


def _png(picture: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    packed = io.BytesIO()
    Image.fromarray(picture).save(packed, format="PNG")
    return packed.getvalue()


def _sheet(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A hundred pictures (100, 28, 28), ten in a row, each pixel three times as large."""
    import numpy as np

    sheet = pictures.reshape(10, 10, 28, 28).swapaxes(1, 2).reshape(280, 280)
    return np.kron(sheet, np.ones((3, 3), np.uint8))


def _map(pictures: NDArray[np.uint8], places: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The pictures (N, 28, 28) at their places (N, 1 or 2) on one sheet; where they overlap, the brighter pixel."""
    import numpy as np

    low, high = places.min(0), places.max(0)
    shares = np.zeros((len(places), 2))
    shares[:, : places.shape[1]] = (places - low) / np.maximum(high - low, 1e-9)
    sheet = np.zeros((SHEET, SHEET), np.uint8)
    for picture, (right, up) in zip(pictures, np.rint(shares * (SHEET - 28)).astype(int), strict=True):
        down = SHEET - 28 - up
        under = sheet[down : down + 28, right : right + 28]
        np.maximum(under, picture, out=under)
    return sheet


def study(options: argparse.Namespace) -> dict[str, Any]:
    base, seeds = config_of(options), _seeds(options.seeds)
    from cae.data import datasets
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
        _check_writable(options.out)
    with _Bar() as bar:
        dataset = datasets.load(base.dataset, options.data_dir, bar)
        if options.quick:
            dataset = quick(dataset)
        for row in measure(chosen, seeds, dataset, compute, bar):
            bar.line(f"{row.command}  test MSE {row.mse:.5f}")
            rows.append(row)
    told = Study(base.dataset, len(dataset.test), str(compute), options.quick, tuple(rows)).as_dict()
    if options.out:
        write_whole(options.out, json.dumps(told, indent=1).encode())
    return told


def bench(options: argparse.Namespace) -> dict[str, Any]:
    from cae.bench.comparison import QUICK, Scale, compare
    from cae.bench.waits import waits
    from cae.data.datasets import FOLDERS, default_directory, load

    if options.dataset not in FOLDERS:
        raise ValueError(f"dataset is {options.dataset}; the standard loop needs one of {', '.join(FOLDERS)}.")
    with _Bar() as bar:
        load(options.dataset, options.data_dir, bar)
        directory = options.data_dir or default_directory()
        scale = QUICK if options.quick else Scale()
        told = {"quick": options.quick, **compare(options.dataset, options.device, directory, scale, bar)}
        bar(1.0, "The app")
        return {**told, "app": None if options.no_app else waits(options.quick)}


def _seeds(text: str) -> tuple[int, ...]:
    """One or more seeds, separated by commas: ``0,1,2``."""
    about = next(about for field, about in settings(TrainConfig) if field.name == "seed")
    seeds = tuple(about.parse(word, "seeds") for word in text.split(","))
    for seed in seeds:
        if not about.domain.accepts(seed):
            raise about.refusal(seed, "seeds")
    return seeds


def _measure(run: Run, dataset: Dataset, compute: Compute) -> dict[str, Any]:
    """The test set's figures, with PCA's at the same code size."""
    from cae.evaluation.measurement import evaluate, negative_elbo, network_on, pca_at, report
    from cae.evaluation.pca import PCA

    size = run.config.model.pca_size
    with _Bar() as bar:

        def figures(reconstruct: Reconstruct, words: str) -> Figures:
            return evaluate(reconstruct, dataset.test.images, lambda share: bar(share, words)).figures

        network = figures(network_on(run, compute), "Evaluating")
        beside = figures(pca_at(PCA.fit(dataset.train.images), size), "Evaluating PCA") if size else None
    return {**report(network, beside), **negative_elbo(run, dataset.test.images, compute)}


@contextmanager
def _silence() -> Iterator[None]:
    """Hide what Pillow and the C libraries below it write to standard error."""
    sys.stderr.flush()
    kept = os.dup(2)
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)


def _check_writable(path: Path) -> None:
    """Raise the error of an unwritable file now, not after an hour of training."""
    if path.exists() and not path.is_file():
        raise ValueError(f"{path} is a folder or a device; --out needs the name of a file.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=path.parent):
        pass


def config_of(options: argparse.Namespace) -> TrainConfig:
    """The config that the flags describe. Raises ``ValueError`` for a value that is not allowed."""

    def given(config: type) -> dict[str, Any]:
        texts = ((field.name, about, getattr(options, field.name, None)) for field, about in settings(config))
        return {name: about.parse(text, name) for name, about, text in texts if text is not None}

    return TrainConfig(model=ModelConfig(**given(ModelConfig)), **given(TrainConfig))


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
