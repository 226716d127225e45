"""The finished units of a study in a file, so that the same study goes on from them after an interruption.

Each line is one unit as JSON, with everything that it depends on. A kill in the middle of a line costs that unit alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

from cae.config import TrainConfig
from cae.data.datasets import Dataset
from cae.data.download import Progress
from cae.evaluation.unit import Place, Unit

__all__ = ["keeping"]

FORMAT = 1  # another one if the same config no longer gives the same unit, or lines have other fields


def keeping(place: Place, path: Path, quick: bool, taken: Callable[[int, int], None] = lambda count, of: None) -> Place:
    """``place``, but units that are in the file ``path`` come from there, and all others are appended to it.

    Lines about another data set, device or format, and lines that cannot be read, are ignored. ``taken`` is told how
    many units the file has, and of how many. The units raise ``OSError`` if the file cannot be read or written.
    """

    def units(
        configs: Sequence[TrainConfig], dataset: Dataset, progress: Progress
    ) -> Generator[tuple[TrainConfig, Unit], None, None]:
        about = {"format": FORMAT, "data": dataset.fingerprint, "quick": quick, "device": place.device}
        kept = _read(path, about)
        there, missing = ([one for one in configs if (one in kept) is held] for held in (True, False))
        taken(len(there), len(configs))
        for config in there:
            yield config, kept[config]
        if not missing:
            return

        def report(share: float, words: str) -> None:
            progress((len(there) + share * len(missing)) / len(configs), words)

        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file, closing(place.units(missing, dataset, report)) as found:
            for config, unit in found:
                _append(file, {**about, "config": config.as_dict(), "unit": unit.as_dict()})
                yield config, unit

    return Place(place.device, units)


def _read(path: Path, about: dict[str, Any]) -> dict[TrainConfig, Unit]:
    """The units in the file, by config, whose other fields are those of ``about``."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return {}
    kept = {}
    for line in lines:
        try:
            told = json.loads(line)
            if {name: told[name] for name in about} == about:
                kept[TrainConfig.from_dict(told["config"])] = Unit.from_dict(told["unit"])
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return kept


def _append(file: BinaryIO, told: dict[str, Any]) -> None:
    """Write one line, after whatever a killed process left of its last line."""
    size = file.seek(0, os.SEEK_END)
    torn = b""
    if size:
        file.seek(size - 1)
        torn = b"" if file.read(1) == b"\n" else b"\n"
    file.write(torn + json.dumps(told).encode() + b"\n")
    file.flush()
    os.fsync(file.fileno())
