"""Named data sets as uint8 tensors that stay in memory, cut into training, validation and test splits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import torch
from torch import Tensor

from cae.data import sums
from cae.data.download import Progress, fetch
from cae.data.sources import SOURCES, File
from cae.environment import environment
from cae.registry import DATASETS, FOLDER, Shape, class_names

__all__ = ["Dataset", "Split", "check_shape", "default_directory", "first_validation_images", "is_present", "load"]

VALIDATION_IMAGES = 5_000
SYNTHETIC_IMAGES = {"train": 20_000, "validation": 2_000, "test": 5_000}
SYNTHETIC_SEED = 20_261_123
SPLITS, PARTS = ("train", "validation", "test"), ("images", "labels")


@dataclass(frozen=True, eq=False)
class Split:
    """``images`` uint8 (N, C, S, S), ``labels`` int64 (N,)."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, places: slice) -> Split:
        return Split(self.images[places], self.labels[places])


@dataclass(frozen=True, eq=False)
class Dataset:
    """A named data set. Validation is cut from the training images; the test split is for evaluation only.

    ``classes`` are the names of the labels; without any, those of the registry.
    """

    name: str
    train: Split
    validation: Split
    test: Split
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.classes:
            object.__setattr__(self, "classes", class_names(self.name))

    @property
    def shape(self) -> Shape:
        """The shape of every picture."""
        channels, side, _ = self.train.images.shape[1:]
        return Shape(side, channels)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all images, 16 hexadecimal digits. The names of the set and of its classes do not count."""
        digest = sha256()
        for name in SPLITS:
            images = getattr(self, name).images
            digest.update(str(tuple(images.shape)).encode())
            digest.update(images.contiguous().numpy().data)
        return digest.hexdigest()[:16]

    def tensors(self) -> dict[str, Tensor]:
        """Images and labels of every split by name; ``of`` puts them together again, in another process."""
        return {f"{name} {part}": getattr(getattr(self, name), part) for name in SPLITS for part in PARTS}

    @classmethod
    def of(cls, name: str, tensors: Mapping[str, Tensor]) -> Dataset:
        """The data set of these ``tensors``. They are not copied."""
        train, validation, test = (Split(*(tensors[f"{split} {part}"] for part in PARTS)) for split in SPLITS)
        return cls(name, train, validation, test)


def default_directory() -> Path:
    """The folder of the data sets: the environment variable ``CAE_DATA_DIR``, else ``data/``."""
    return environment().data_dir


def is_present(name: str, directory: Path | None = None) -> bool:
    """Whether ``load`` needs no download, as far as the sizes of the files tell."""
    return name not in SOURCES or _place(name, directory) is not None


def first_validation_images(name: str, count: int, directory: Path | None = None) -> Tensor | None:
    """The first images of the validation split, uint8 (count, C, S, S), without loading the rest.

    None if the data set is not on disk, or if its format, like the synthetic digits, has no such place.
    """
    place = _place(name, directory) if name in SOURCES else None
    peek = SOURCES[name].peek if name in SOURCES else None
    if place is None or peek is None:
        return None
    return peek(place, SOURCES[name].training - VALIDATION_IMAGES, count)


def load(name: str, directory: Path | None = None, progress: Progress = lambda share, words: None) -> Dataset:
    """The data set called ``name``, downloaded into ``directory`` first if it is not there.

    Raises ``ValueError`` for an unknown name, ``OSError`` if the download fails or files are damaged.
    """
    if name == "synthetic":
        return _synthetic(progress)
    if name not in SOURCES:
        raise ValueError(f"dataset is {name}; it must be one of {', '.join(DATASETS)} or {FOLDER}PATH.")
    source, place = SOURCES[name], _place(name, directory)
    if place is None or _damaged(place, source.files):
        place = _got(name, place, directory, progress)
    try:
        training, test = (_checked(name, *source.read(place, split)) for split in ("train", "test"))
    except ValueError as error:
        raise OSError(f"{place} holds damaged files. Delete it and try again.") from error
    return Dataset(name, training[:-VALIDATION_IMAGES], training[-VALIDATION_IMAGES:], test)


def _checked(name: str, images: Tensor, labels: Tensor) -> Split:
    """Raises ``ValueError`` for pictures of another shape, or a label without a class."""
    about = DATASETS[name]
    side, channels = about.shape.side, about.shape.channels
    if images.shape[1:] != (channels, side, side) or int(labels.min()) < 0 or int(labels.max()) >= len(about.classes):
        raise ValueError(f"These are not the pictures of {about.title}.")
    return Split(images, labels)


def check_shape(name: str, shape: Shape) -> None:
    """Raises ``ValueError`` if the pictures of this data set have another shape than ``shape``, a network's."""
    if name in DATASETS and DATASETS[name].shape != shape:
        raise ValueError(
            f"The network takes pictures of {shape}; those of {DATASETS[name].title} have {DATASETS[name].shape}. "
            "Choose a data set with the same shape."
        )


def _got(name: str, place: Path | None, directory: Path | None, progress: Progress) -> Path:
    """Download what is missing or damaged; returns the folder, whose files are then sound."""
    source, folders = SOURCES[name], _folders(name, directory)
    place = place or folders[0]
    broken = [file.name for file in source.files if not _has_size(place, file)] or _damaged(place, source.files)
    try:
        fetch(source.packages(), broken, place, folders, progress)
    except OSError as error:
        if place.exists() and (there := [one for one in broken if (place / one).exists()]):
            raise OSError(
                f"{place} holds damaged files ({there[0]}), and new ones could not be had: {error}"
            ) from error
        missing = OSError(f"{DATASETS[name].title}: {error}")
        missing.add_note(f"It was looked for in {', '.join(map(str, folders))}.")  # not for visitors of the app
        raise missing from error
    for file in source.files:
        if not _has_size(place, file):
            raise OSError(f"{place / file.name} has the wrong size. Delete it and try again.")
    if wrong := _damaged(place, source.files):
        raise OSError(f"{place} holds damaged files ({wrong[0]}). Delete it and try again.")
    return place


def _folders(name: str, directory: Path | None) -> tuple[Path, ...]:
    """Where the files may be. The folder of all data sets itself counts, too: people point at their files."""
    root = directory or default_directory()
    return (*(root / folder for folder in SOURCES[name].folders), *_shared(root))


def _shared(root: Path) -> tuple[Path, ...]:
    """Folders that may have the files of any set."""
    return root, root / "raw"


def _place(name: str, directory: Path | None) -> Path | None:
    """The first of these folders that has all files in the right size. None if no folder has."""
    files = SOURCES[name].files
    shared = _shared(directory or default_directory())
    for folder in _folders(name, directory):
        if not all(_has_size(folder, file) for file in files):
            continue
        # MNIST and its kin give their files the same names: here only the contents tell which set it is.
        if folder not in shared or (all(file.md5 for file in files) and not _damaged(folder, files)):
            return folder
    return None


def _has_size(folder: Path, file: File) -> bool:
    path = folder / file.name
    return path.is_file() and (file.size is None or path.stat().st_size == file.size)


def _damaged(folder: Path, files: Sequence[File]) -> list[str]:
    """The names of the files whose content is known to be another one."""
    return [file.name for file in files if sums.is_damaged(folder / file.name, file.md5)]


def _synthetic(progress: Progress) -> Dataset:
    from cae.data.synthetic import digits

    sizes = SYNTHETIC_IMAGES
    total = sum(sizes.values())
    report: Callable[[int, int], None] = lambda done, of: progress(done / of, "Drawing digits")  # noqa: E731
    images, labels = digits(total, seed=SYNTHETIC_SEED, progress=report)
    parts = zip(torch.split(images, list(sizes.values())), torch.split(labels, list(sizes.values())), strict=True)
    train, validation, test = (Split(*part) for part in parts)
    return Dataset("synthetic", train, validation, test)
