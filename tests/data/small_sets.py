"""Small data sets in the file formats of the large ones, for tests."""

import struct
from dataclasses import replace

import numpy as np
from scipy.io import savemat

from cae.data import datasets, sources
from cae.data.sources import SOURCES, File
from cae.registry import DATASETS

TRAIN, VALIDATION, TEST = 260, 60, 80  # pictures in the files to train, those of them to validate, and to test


def pictures(name, count, seed):
    """Images (N, C, S, S) and labels (N,) that fit the registry's entry: smooth, so that a network can learn them."""
    about, chance = DATASETS[name], np.random.default_rng(seed)
    shape, side = about.shape, about.shape.side
    places, sizes = (
        chance.uniform(0.2, 0.8, (2, count, shape.channels, 1, 1)),
        chance.uniform(0.05, 0.3, (count, 1, 1, 1)),
    )
    grid = (np.arange(side) + 0.5) / side
    far = (grid[:, None] - places[0]) ** 2 + (grid - places[1]) ** 2
    return np.rint(255 * np.exp(-far / sizes**2)).astype(np.uint8), np.arange(count) % len(about.classes)


def write(name, root):
    """The files of the data set ``name`` below ``root``; returns what is in them, for training and for testing."""
    parts = {"train": pictures(name, TRAIN, 1), "test": pictures(name, TEST, 2)}
    folder = root / SOURCES[name].folders[0]
    folder.mkdir(parents=True)
    names = [file.name for file in SOURCES[name].files]
    if name == "cifar-10":
        _cifar(folder, parts, names)
    elif name == "svhn":
        _svhn(folder, parts)
    else:
        _idx(folder, parts, names, transposed=name.startswith("emnist"), first=int(name == "emnist-letters"))
    return parts


def make_small(monkeypatch, name, root):
    """The registry expects files of the small sizes from now on."""
    files = tuple(File(file.name, (root / file.name).stat().st_size) for file in SOURCES[name].files)
    monkeypatch.setitem(sources.SOURCES, name, replace(SOURCES[name], files=files, training=TRAIN))
    monkeypatch.setattr(datasets, "VALIDATION_IMAGES", VALIDATION)


def _idx(folder, parts, names, transposed, first):
    for at, (images, labels) in enumerate(parts.values()):
        turned = images.swapaxes(2, 3) if transposed else images
        count, side = len(images), images.shape[2]
        head = struct.pack(">4I", 2051, count, side, side)
        (folder / names[2 * at]).write_bytes(head + turned.tobytes())
        body = (labels + first).astype("u1").tobytes()
        (folder / names[2 * at + 1]).write_bytes(struct.pack(">2I", 2049, count) + body)


def _cifar(folder, parts, names):
    records = {
        split: np.concatenate([labels.astype("u1")[:, None], images.reshape(len(images), -1)], axis=1)
        for split, (images, labels) in parts.items()
    }
    for name, some in zip(names, [*np.array_split(records["train"], 5), records["test"]], strict=True):
        some.tofile(folder / name)


def _svhn(folder, parts):
    for split, (images, labels) in parts.items():
        told = np.where(labels == 0, 10, labels).astype("u1")[:, None]
        savemat(folder / f"{split}_32x32.mat", {"X": images.transpose(2, 3, 1, 0), "y": told})
