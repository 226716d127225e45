"""Named data sets as uint8 tensors that stay in memory, cut into training, validation and test splits."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from cae.data.download import Progress, Source, fetch
from cae.data.names import dataset_names

__all__ = ["FOLDERS", "Dataset", "Split", "default_directory", "first_validation_images", "is_present", "load"]

VALIDATION_IMAGES = 5_000
SYNTHETIC_IMAGES = {"train": 20_000, "validation": 2_000, "test": 5_000}
SYNTHETIC_SEED = 20_261_123
FOLDERS = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}  # torchvision names each class as its folder
IDX_FILES = {  # name, header bytes, items, bytes an item
    "train-images-idx3-ubyte": (16, 60_000, 28 * 28),
    "train-labels-idx1-ubyte": (8, 60_000, 1),
    "t10k-images-idx3-ubyte": (16, 10_000, 28 * 28),
    "t10k-labels-idx1-ubyte": (8, 10_000, 1),
}


@dataclass(frozen=True, eq=False)
class Split:
    """``images`` uint8 (N, 1, 28, 28), ``labels`` int64 (N,)."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, places: slice) -> Split:
        return Split(self.images[places], self.labels[places])


@dataclass(frozen=True, eq=False)
class Dataset:
    """A named data set. Validation is cut from the training images; the test split is for evaluation only."""

    name: str
    train: Split
    validation: Split
    test: Split


def default_directory() -> Path:
    """The folder of the data sets: the environment variable ``CAE_DATA_DIR``, else ``data/``."""
    return Path(os.environ.get("CAE_DATA_DIR") or "data")


def is_present(name: str, directory: Path | None = None) -> bool:
    """Whether ``load`` needs no download."""
    return name not in FOLDERS or not _broken_files(_raw(name, directory))


def first_validation_images(name: str, count: int, directory: Path | None = None) -> Tensor | None:
    """The first images of the validation split, uint8 (count, 1, 28, 28), without loading the rest.

    None if the data set is not on disk or, like the synthetic digits, has no files.
    """
    if name not in FOLDERS or not is_present(name, directory):
        return None
    file = "train-images-idx3-ubyte"
    header, items, item_bytes = IDX_FILES[file]
    with (_raw(name, directory) / file).open("rb") as images:
        images.seek(header + (items - VALIDATION_IMAGES) * item_bytes)
        pixels = bytearray(images.read(count * item_bytes))
    return torch.frombuffer(pixels, dtype=torch.uint8).view(count, 1, 28, 28)


def load(name: str, directory: Path | None = None, progress: Progress = lambda share, words: None) -> Dataset:
    """The data set called ``name``, downloaded into ``directory`` first if it is not there.

    Raises ``ValueError`` for an unknown name, ``OSError`` if the download fails or files are damaged.
    """
    if name == "synthetic":
        return _synthetic(progress)
    if name not in FOLDERS:
        raise ValueError(f"dataset is {name}; it must be one of {', '.join(dataset_names())}.")

    import torchvision.datasets  # takes a second; names need no torchvision

    kind = getattr(torchvision.datasets, FOLDERS[name])
    raw = _raw(name, directory)
    if broken := _broken_files(raw):
        for path in broken:
            path.unlink(missing_ok=True)
        fetch(Source(tuple(kind.mirrors), tuple(kind.resources)), raw, progress)
    if broken_still := _broken_files(raw):
        raise OSError(f"{broken_still[0]} has the wrong size. Delete it and try again.")
    root = raw.parent.parent
    try:
        parts = [kind(root=root, train=train, download=False) for train in (True, False)]
    except (AssertionError, KeyError, ValueError) as error:  # torchvision's words for a file that is not IDX
        raise OSError(f"{raw} holds damaged files. Delete it and try again.") from error
    training, test = (Split(part.data.unsqueeze(1), part.targets.long()) for part in parts)
    return Dataset(name, training[:-VALIDATION_IMAGES], training[-VALIDATION_IMAGES:], test)


def _raw(name: str, directory: Path | None) -> Path:
    return (directory or default_directory()) / FOLDERS[name] / "raw"


def _broken_files(raw: Path) -> list[Path]:
    """The files of a data set that are missing or have the wrong size."""

    def sound(path: Path, size: int) -> bool:
        return path.is_file() and path.stat().st_size == size

    return [
        raw / name
        for name, (header, items, item_bytes) in IDX_FILES.items()
        if not sound(raw / name, header + items * item_bytes)
    ]


def _synthetic(progress: Progress) -> Dataset:
    from cae.data.synthetic import digits

    sizes = SYNTHETIC_IMAGES
    total = sum(sizes.values())
    report: Callable[[int, int], None] = lambda done, of: progress(done / of, "Drawing digits")  # noqa: E731
    images, labels = digits(total, seed=SYNTHETIC_SEED, progress=report)
    parts = zip(torch.split(images, list(sizes.values())), torch.split(labels, list(sizes.values())), strict=True)
    return Dataset("synthetic", *(Split(*part) for part in parts))
