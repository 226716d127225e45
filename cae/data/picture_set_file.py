"""Own pictures as a private safetensors file, which one process writes for another. There is no pickle."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from cae.data.datasets import Split
from cae.data.picture_set import CHANNELS, LEAST_SPLIT, MAX_CLASSES, MAX_PICTURES, SIDES, OwnPictures
from cae.files import replacing

__all__ = ["load", "save"]

KEY = "own-pictures"
SPLITS = ("train", "validation", "test")
MAX_BYTES = MAX_PICTURES * (CHANNELS[-1] * SIDES[-1] ** 2 + 8) + 1_000_000  # images, labels and the header
NOT_OURS = "is not a set of pictures saved by this program"


def save(pictures: OwnPictures, path: Path) -> None:
    """Write the file atomically, so that only this user can read it. Raises ``OSError`` if it cannot be written."""
    about = {
        "title": pictures.title,
        "classes": pictures.classes,
        "side": pictures.side,
        "channels": pictures.channels,
        "duplicates": pictures.duplicates,
        "skipped": pictures.skipped,
        "reasons": pictures.reasons,
    }
    tensors: dict[str, Tensor] = {}
    for name in SPLITS:
        split: Split = getattr(pictures, name)
        tensors |= {f"{name}.images": split.images, f"{name}.labels": split.labels}
    content = save_tensors(tensors, {KEY: json.dumps(about)})
    with replacing(path) as file:
        if os.chmod in os.supports_fd:
            os.chmod(file.fileno(), 0o600)  # noqa: PTH101 - before there is anything in it
        file.write(content)


def load(path: Path) -> OwnPictures:
    """Read a file that ``save`` wrote. Raises ``OSError`` if it cannot be read, ``ValueError`` if it is bad."""
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"{path} is larger than {MAX_BYTES // 1_000_000} MB, more than any set of pictures here.")
    try:
        tensors = load_tensors(content)
        about = json.loads(json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])["__metadata__"][KEY])
        found = OwnPictures(
            title=_text(about["title"]),
            classes=tuple(map(_text, about["classes"])),
            **{name: Split(tensors[f"{name}.images"], tensors[f"{name}.labels"]) for name in SPLITS},
            duplicates=_count(about["duplicates"]),
            skipped=_count(about["skipped"]),
            reasons=tuple(map(_text, about["reasons"])),
        )
        shape = (_count(about["channels"]), _count(about["side"]), _count(about["side"]))
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"{path} {NOT_OURS}.") from error
    if fault := _fault(found, shape):
        raise ValueError(f"{path} {NOT_OURS}: {fault}.")
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError
    return value


def _fault(found: OwnPictures, shape: tuple[int, int, int]) -> str:
    """What is wrong with the set, else nothing."""
    if shape[0] not in CHANNELS or shape[1] not in SIDES:
        return f"its pictures are {shape[1]}×{shape[2]} with {shape[0]} channels"
    if not 1 <= len(found.classes) <= MAX_CLASSES or len(set(found.classes)) < len(found.classes):
        return "its classes are not 1 to 100 different names"
    for name in SPLITS:
        split: Split = getattr(found, name)
        images, labels = split.images, split.labels
        if images.dtype != torch.uint8 or images.shape[1:] != shape or labels.dtype != torch.int64:
            return f"{name} has pictures of another type or shape"
        if labels.ndim != 1 or len(images) != len(labels) or len(labels) < LEAST_SPLIT:
            return f"{name} has {len(images)} pictures and {labels.numel()} labels"
        if labels.min() < 0 or labels.max() >= len(found.classes):
            return f"{name} has labels without a class"
    return ""
