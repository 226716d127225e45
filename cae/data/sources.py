"""Where the files of each data set are: on disk, as torchvision lays them out, and on the internet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cae.data import formats
from cae.data.download import Package
from cae.data.formats import Read

__all__ = ["SOURCES", "File", "Source"]


@dataclass(frozen=True)
class File:
    """An unpacked file: its size in bytes and the MD5 of its content, as far as they are known."""

    name: str
    size: int | None = None
    md5: str = ""


@dataclass(frozen=True)
class Source:
    """The files of a data set.

    Attributes:
        folders: where they may be, below the folder of all data sets; downloads go to the first.
        training: how many pictures the files to train on have; some are then kept for validation.
        packages: what is downloaded. A function, because some of it is known to torchvision, which takes a second
            to import.
        read: (folder, "train" or "test") → the split's images and labels.
        peek: (folder, skip, count) → some of the training images, without reading all; None if the format forbids it.
    """

    folders: tuple[str, ...]
    training: int
    files: tuple[File, ...]
    packages: Callable[[], tuple[Package, ...]]
    read: Callable[[Path, str], Read]
    peek: Callable[[Path, int, int], formats.Images] | None = None


def _idx_names(prefix: str = "", test: str = "t10k") -> tuple[str, ...]:
    """The four files of a set like MNIST: images and labels to train, images and labels to test."""
    return tuple(f"{prefix}{part}-{what}-ubyte" for part in ("train", test) for what in ("images-idx3", "labels-idx1"))


def _idx_files(names: tuple[str, ...], train: int, test: int, *md5: str) -> tuple[File, ...]:
    sizes = (16 + 784 * train, 8 + train, 16 + 784 * test, 8 + test)
    return tuple(File(*each) for each in zip(names, sizes, md5 or ("",) * 4, strict=True))


def _like_mnist(kind: str, *md5: str) -> Source:
    """A set that torchvision knows as ``kind``; ``md5`` are those of the unpacked files."""

    def packages() -> tuple[Package, ...]:
        import torchvision.datasets

        known = getattr(torchvision.datasets, kind)
        return tuple(
            Package(name, packed_md5, tuple(known.mirrors), {"": name.removesuffix(".gz")})
            for name, packed_md5 in known.resources
        )

    names = _idx_names()
    return Source(
        (f"{kind}/raw", kind),
        60_000,
        _idx_files(names, 60_000, 10_000, *md5),
        packages,
        partial(formats.idx, names=names),
        partial(formats.idx_peek, name=names[0]),
    )


EMNIST_SPLITS = {"letters": (124_800, 20_800), "balanced": (112_800, 18_800)}


def _emnist(split: str) -> Source:
    def packages() -> tuple[Package, ...]:
        import torchvision.datasets

        known, mirror = torchvision.datasets.EMNIST, torchvision.datasets.EMNIST.url.removesuffix("gzip.zip")
        # One archive has all splits: those that the registry has are unpacked together.
        every = [name for one in EMNIST_SPLITS for name in _idx_names(f"emnist-{one}-", "test")]
        return (Package("gzip.zip", known.md5, (mirror,), {f"gzip/{name}.gz": name for name in every}),)

    names = _idx_names(f"emnist-{split}-", "test")
    first = {"letters": 1, "balanced": 0}[split]
    return Source(
        ("EMNIST/raw", "EMNIST"),
        EMNIST_SPLITS[split][0],
        _idx_files(names, *EMNIST_SPLITS[split]),
        packages,
        partial(formats.idx, names=names, first_label=first, transposed=True),
        partial(formats.idx_peek, name=names[0], transposed=True),
    )


CIFAR_RECORDS = 10_000  # in each file
CIFAR_FILES = (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin")


def _cifar() -> tuple[Package, ...]:
    # Not the version for Python, which torchvision reads: it is pickled.
    members = {f"cifar-10-batches-bin/{name}": name for name in CIFAR_FILES}
    mirror = "https://www.cs.toronto.edu/~kriz/"
    return (Package("cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", (mirror,), members),)


def _svhn() -> tuple[Package, ...]:
    import torchvision.datasets

    known = (torchvision.datasets.SVHN.split_list[split] for split in ("train", "test"))
    return tuple(Package(name, md5, (url.removesuffix(name),), {"": name}) for url, name, md5 in known)


SOURCES = {
    "mnist": _like_mnist(
        "MNIST",
        "6bbc9ace898e44ae57da46a324031adb",
        "a25bea736e30d166cdddb491f175f624",
        "2646ac647ad5339dbf082846283269ea",
        "27ae3e4e09519cfbb04c329615203637",
    ),
    "fashion-mnist": _like_mnist(
        "FashionMNIST",
        "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        "9018921c3c673c538a1fc5bad174d6f9",
        "8181f5470baa50b63fa0f6fddb340f0a",
        "15d484375f8d13e6eb1aabb0c3f46965",
    ),
    "kmnist": _like_mnist("KMNIST"),
    "emnist-letters": _emnist("letters"),
    "emnist-balanced": _emnist("balanced"),
    "cifar-10": Source(
        ("cifar-10-batches-bin",),
        5 * CIFAR_RECORDS,
        tuple(File(name, CIFAR_RECORDS * formats.CIFAR_RECORD) for name in CIFAR_FILES),
        _cifar,
        formats.cifar,
        formats.cifar_peek,
    ),
    "svhn": Source(
        ("SVHN",),
        73_257,
        (
            File("train_32x32.mat", None, "e26dedcc434d2e4c54c9b2d4a06d8373"),
            File("test_32x32.mat", None, "eb5a983be6a315427106f1b164d9cef3"),
        ),
        _svhn,
        formats.svhn,
    ),
}
