"""The file formats of the data sets: IDX (MNIST and its kin), CIFAR's binary records, and SVHN's MATLAB files.

Readers return uint8 images (N, C, S, S) and int64 labels (N,). They raise ``ValueError`` for a file of another format.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

__all__ = ["CIFAR_RECORD", "Images", "Read", "cifar", "cifar_peek", "idx", "idx_peek", "svhn"]

Images = Tensor
Read = tuple[Images, Tensor]

IDX_HEADER = 16  # bytes: before the pixels of an IDX file of images
IDX_BYTES = 8  # in its header: the values are uint8
CIFAR_SHAPE = (3, 32, 32)
CIFAR_RECORD = 1 + 3 * 32 * 32  # bytes: a label and a picture


def idx(folder: Path, split: str, *, names: Sequence[str], first_label: int = 0, transposed: bool = False) -> Read:
    """A split of four IDX files: ``names`` are images and labels to train, then to test.

    Args:
        first_label: the label of the first class in the file.
        transposed: whether rows and columns are exchanged in the file, as in EMNIST.
    """
    pictures, called = names[:2] if split == "train" else names[2:]
    images, labels = _idx_array(folder / pictures, 3)[:, None], _idx_array(folder / called, 1)
    return _checked(images.mT.contiguous() if transposed else images, labels.long() - first_label)


def _idx_array(path: Path, dimensions: int) -> Tensor:
    """The bytes of an IDX file: two zeros, the type of the values, the number of dimensions, their sizes, the values.

    torchvision reads such files, too, but to import it takes as long as to import torch.
    """
    content = np.fromfile(path, np.uint8)
    header = 4 + 4 * dimensions
    sizes = content[4:header].view(">u4")
    if content[:4].tolist() != [0, 0, IDX_BYTES, dimensions] or math.prod(map(int, sizes)) != len(content) - header:
        raise ValueError("This is not an IDX file.")
    return torch.from_numpy(content[header:]).view(*map(int, sizes))


def idx_peek(folder: Path, skip: int, count: int, *, name: str, transposed: bool = False) -> Images:
    """``count`` images of an IDX file with 28×28 pixels, after the first ``skip``."""
    with (folder / name).open("rb") as file:
        file.seek(IDX_HEADER + skip * 28 * 28)
        pixels = bytearray(file.read(count * 28 * 28))
    images = torch.frombuffer(pixels, dtype=torch.uint8).view(count, 1, 28, 28)
    return images.mT.contiguous() if transposed else images


def cifar(folder: Path, split: str) -> Read:
    """CIFAR-10 in its binary version: ``data_batch_*.bin`` to train, ``test_batch.bin`` to test."""
    paths = sorted(folder.glob("data_batch_*.bin")) if split == "train" else [folder / "test_batch.bin"]
    content = np.concatenate([np.fromfile(path, np.uint8) for path in paths])
    records = torch.from_numpy(content.reshape(-1, CIFAR_RECORD))
    return _checked(records[:, 1:].reshape(-1, *CIFAR_SHAPE), records[:, 0].long())


def cifar_peek(folder: Path, skip: int, count: int) -> Images:
    """``count`` training images after the first ``skip``, all of one file."""
    paths = sorted(folder.glob("data_batch_*.bin"))
    each = paths[0].stat().st_size // CIFAR_RECORD
    with paths[skip // each].open("rb") as file:
        file.seek(skip % each * CIFAR_RECORD)
        records = torch.frombuffer(bytearray(file.read(count * CIFAR_RECORD)), dtype=torch.uint8)
    return records.view(count, CIFAR_RECORD)[:, 1:].reshape(count, *CIFAR_SHAPE)


def svhn(folder: Path, split: str) -> Read:
    """SVHN's cropped digits. In the files a 0 has the label 10."""
    from scipy.io import loadmat

    try:
        told = loadmat(folder / f"{split}_32x32.mat")
        images, labels = told["X"].transpose(3, 2, 0, 1), told["y"].reshape(-1).astype(np.int64) % 10
    except (KeyError, ValueError, TypeError, NotImplementedError) as error:
        raise ValueError("This is not a MATLAB file of SVHN.") from error
    return _checked(torch.from_numpy(np.ascontiguousarray(images)), torch.from_numpy(labels))


def _checked(images: Tensor, labels: Tensor) -> Read:
    if images.dtype != torch.uint8 or len(images) != len(labels) or not len(labels):
        raise ValueError("Images and labels do not fit together.")
    return images, labels
