"""``latent``: the codes of the test images, a map of them, a morph, samples, and how good they are."""

from __future__ import annotations

import argparse
import io
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cae.commands.options import dataset_of
from cae.commands.terminal import Bar, png

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from cae.data.datasets import Dataset
    from cae.model import ConvAutoencoder
    from cae.runs.run import Run

__all__ = ["latent"]

MAPPED, SHEET = 1_000, 1_400  # pictures on the map, and its side in pixels
FRAMES = 12  # of a morph from one digit to the next
STEPS = 200  # of the search for the best code
MOST = 100_000  # samples of each kind that can be judged


def latent(options: argparse.Namespace) -> dict[str, Any]:
    import numpy as np

    from cae.analysis.latent import Directions, codes
    from cae.files import write_whole
    from cae.images import arrays
    from cae.runs import checkpoint

    run = checkpoint.load(options.checkpoint)
    name, out = options.dataset or run.config.dataset, options.out
    _check(options, run, name)
    model = checkpoint.build(run)
    with Bar() as bar:
        dataset = dataset_of(name, run.config.model.picture, options.data_dir, bar)
        test = dataset.test
        out.mkdir(parents=True, exist_ok=True)
        bar(0.0, "Encoding")
        found = codes(model, test.images)
        directions = Directions.of(found, min(2, found.shape[1]))
        places = directions.project(found)
        packed = io.BytesIO()
        np.savez_compressed(packed, codes=found.numpy(), labels=test.labels.numpy(), map=places.numpy())
        write_whole(out / "codes.npz", packed.getvalue())
        write_whole(out / "map.png", png(_map(arrays(test.images[:MAPPED]), places[:MAPPED].numpy())))
        bar(0.5, "Drawing")
        _write_morph(model, found, test.labels, out)
        _write_samples(model, found, options)
        return {
            "out": str(out),
            "dataset": name,
            "images": len(found),
            "numbers": found.shape[1],
            "map_variance": float(directions.spreads.square().sum() / found.var(0, correction=0).sum()),
            **(_judged(model, dataset, options.judge, bar) if options.judge else {}),
            **(_gap(model, test.images[: options.gap], bar) if options.gap else {}),
        }


def _check(options: argparse.Namespace, run: Run, dataset: str) -> None:
    """Raise ``ValueError`` for options that do not fit, before anything is computed."""
    from cae.analysis.samples import DIGITS

    if run.config.model.needs_switches:
        raise ValueError(f"{options.checkpoint} needs the switches of a picture: a code alone cannot be decoded.")
    if options.gap < 0:
        raise ValueError(f"gap is {options.gap}; it must be 0 or more pictures.")
    if options.judge and not 2 <= options.judge <= MOST:
        raise ValueError(f"judge is {options.judge}; it must be 0, or 2 to {MOST:,} pictures: one has no spread.")
    if options.out.exists() and not options.out.is_dir():
        raise ValueError(f"{options.out} is a file; --out needs the name of a folder.")
    if options.components < 1:
        raise ValueError(f"components is {options.components}; it must be 1 or more Gaussians.")
    if options.judge and dataset not in DIGITS:
        raise ValueError(f"--judge needs digits, which its classifier knows; {dataset} has none.")


def _write_morph(model: ConvAutoencoder, codes: Tensor, labels: Tensor, out: Path) -> None:
    """An animation from the first digit of each class to that of the next."""
    import torch

    from cae.analysis.latent import between, decode
    from cae.drawing.animation import there_and_back
    from cae.files import write_whole
    from cae.images import levels

    firsts = [int((labels == label).nonzero()[0, 0]) for label in labels.unique()]
    walk = torch.cat([between(codes[one], codes[other], FRAMES)[:-1] for one, other in pairwise(firsts)])
    with torch.inference_mode():
        write_whole(out / "morph.webp", there_and_back(levels(decode(model, walk))))


def _write_samples(model: ConvAutoencoder, codes: Tensor, options: argparse.Namespace) -> None:
    """A hundred digits of codes from a mixture, and of a variational network a hundred from its prior."""
    import torch

    from cae.analysis.density import Density
    from cae.analysis.latent import decode
    from cae.analysis.samples import standard
    from cae.files import write_whole
    from cae.images import levels

    drawn = {"samples.png": Density.fit(codes, options.components).sample(100, options.seed)}
    if model.config.variational:
        drawn["prior.png"] = standard(codes.shape[1])(100, options.seed)
    with torch.inference_mode():
        for name, each in drawn.items():
            write_whole(options.out / name, png(_sheet(levels(decode(model, each)))))


def _judged(model: ConvAutoencoder, dataset: Dataset, count: int, bar: Bar) -> dict[str, float]:
    """How real samples look: ``distance_…`` and ``nearest_…`` for each source."""
    from cae.analysis.latent import codes
    from cae.analysis.samples import TRAINING, judge, sources

    known = dataset.train.images[:TRAINING]
    judged = judge(
        model,
        sources(codes(model, known)),
        dataset.test.images.float() / 255,
        known.float() / 255,
        count,
        lambda share: bar(share, "Judging samples"),
    )
    return {
        f"{figure}_{source.lower().replace(',', '').replace(' ', '_')}": value
        for source, one in judged.items()
        for figure, value in asdict(one).items()
    }


def _gap(model: ConvAutoencoder, images: Tensor, bar: Bar) -> dict[str, float]:
    """The amortisation gap over the images."""
    from cae.analysis.latent import amortisation_gap

    before, after = amortisation_gap(model, images, STEPS, lambda share: bar(share, "Searching better codes"))
    return {"gap_images": len(images), "mse_encoder": before, "mse_best_code": after, "gap": before - after}


def _sheet(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A hundred pictures, ten in a row, each pixel three times as large."""
    from cae.images import enlarge

    side, colours = pictures.shape[1], pictures.shape[3:]
    sheet = pictures.reshape(10, 10, side, side, *colours).swapaxes(1, 2).reshape(10 * side, 10 * side, *colours)
    return enlarge(sheet, 3)


def _map(pictures: NDArray[np.uint8], places: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The pictures at their places (N, 1 or 2) on one sheet; where they overlap, the brighter of two values."""
    import numpy as np

    low, high = places.min(0), places.max(0)
    shares = np.zeros((len(places), 2))
    shares[:, : places.shape[1]] = (places - low) / np.maximum(high - low, 1e-9)
    side = pictures.shape[1]
    sheet = np.zeros((SHEET, SHEET, *pictures.shape[3:]), np.uint8)
    for picture, (right, up) in zip(pictures, np.rint(shares * (SHEET - side)).astype(int), strict=True):
        down = SHEET - side - up
        under = sheet[down : down + side, right : right + side]
        np.maximum(under, picture, out=under)
    return sheet
