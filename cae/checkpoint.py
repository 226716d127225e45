"""A run as a safetensors file: the weights, and everything else but the pictures as JSON metadata.

Reading trusts nothing: size, header, config, names, shapes, types and finiteness are checked, and whatever is
wrong is a ``ValueError`` with one sentence. There is no pickle and no fallback.
"""

from __future__ import annotations

import json
import math
import os
import platform
import tempfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from cae.config import TrainConfig
from cae.events import Weights
from cae.model import ConvAutoencoder
from cae.run import History, Run

__all__ = ["MAX_BYTES", "build", "dump", "load", "parse", "save"]

FORMAT = "cae-run-1"
MAX_BYTES = 40_000_000
MAX_HEADER_BYTES = 16_000_000  # the longest run has 687,500 losses
NOT_OURS = "This is not a network saved by this program"


def build(run: Run) -> ConvAutoencoder:
    """The run's network, ready for inference on the CPU."""
    model = ConvAutoencoder(run.config.model)
    model.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in run.weights.items()})
    return model.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def dump(run: Run) -> bytes:
    """The run as the bytes of a safetensors file."""
    metadata = {
        "format": FORMAT,
        "name": run.name,
        "config": run.config.as_dict(),
        "history": _short(asdict(run.history)),
        "device": run.device,
        "seconds": run.seconds,
        "steps": run.steps,
        "steps_per_epoch": run.steps_per_epoch,
        "images_per_second": run.images_per_second,
        "ending": run.ending,
        "command": run.command,
        "figures": run.figures,
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }
    return save_tensors(dict(run.weights), {"cae": json.dumps(metadata, allow_nan=False)})


def save(run: Run, path: Path) -> None:
    """Write the file whole or not at all. Raises ``OSError`` where it cannot be written."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(dump(run))
            file.flush()
            os.fsync(file.fileno())
        Path(scratch).chmod(0o644)
        Path(scratch).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(scratch).unlink()
        raise


def load(path: Path) -> Run:
    """Read a file that ``save`` wrote. Raises ``OSError`` if it cannot be read, ``ValueError`` if it is bad."""
    path = Path(path)
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"The file is larger than {MAX_BYTES // 1_000_000} MB, more than any network here.")
    return parse(path.read_bytes())


def parse(content: bytes) -> Run:
    """A run from the bytes of a safetensors file. Raises ``ValueError`` for anything but a sound one."""
    if len(content) > MAX_BYTES:
        raise ValueError(f"The file is larger than {MAX_BYTES // 1_000_000} MB, more than any network here.")
    metadata = _metadata(content)
    config = TrainConfig.from_dict(metadata.get("config"))
    weights = _weights(content, config)
    try:
        return Run(
            config=config,
            name=str(metadata["name"])[:80],
            history=_history(metadata["history"]),
            device=str(metadata["device"])[:200],
            seconds=_finite(metadata["seconds"]),
            steps=int(metadata["steps"]),
            steps_per_epoch=int(metadata["steps_per_epoch"]),
            images_per_second=_finite(metadata["images_per_second"]),
            ending=str(metadata["ending"])[:20],
            command=str(metadata["command"])[:2000],
            figures={name: _figures(values) for name, values in metadata["figures"].items()},
            weights=weights,
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{NOT_OURS}: its description is incomplete ({error}).") from error


def _metadata(content: bytes) -> dict[str, Any]:
    """The description in the file's header, before a single tensor is read."""
    size = int.from_bytes(content[:8], "little")
    if len(content) < 10 or content[8:9] != b"{":
        raise ValueError(f"{NOT_OURS}: it does not begin like a safetensors file.")
    if size > MAX_HEADER_BYTES:
        raise ValueError(f"{NOT_OURS}: its header claims {size:,} bytes.")
    if size + 8 > len(content):
        raise ValueError("The file is cut short: save or download it again.")
    try:
        header = json.loads(content[8 : 8 + size])
        metadata = json.loads(header["__metadata__"]["cae"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"{NOT_OURS}: its header has no description of a run.") from error
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        raise ValueError(f"{NOT_OURS}: its format is not {FORMAT}.")
    return metadata


def _weights(content: bytes, config: TrainConfig) -> Weights:
    try:
        tensors = load_tensors(content)
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise ValueError("The file is damaged or cut short: save or download it again.") from error
    with torch.device("meta"):
        expected = ConvAutoencoder(config.model).state_dict()
    if set(tensors) != set(expected):
        odd = sorted(set(tensors) ^ set(expected))[0]
        raise ValueError(f"The weights do not fit the network that the file describes ({odd[:80]}).")
    for name, value in expected.items():
        tensor = tensors[name]
        right_type = np.float32 if value.is_floating_point() else np.int64
        if tensor.shape != tuple(value.shape) or tensor.dtype != right_type:
            raise ValueError(f"{name} is {tensor.dtype} {tensor.shape}; the network needs {tuple(value.shape)}.")
        if not np.isfinite(tensor).all():
            raise ValueError(f"{name} holds values that are not numbers: the run had diverged.")
        if name.endswith("running_var") and (tensor < 0).any():
            raise ValueError(f"{name} holds a variance below zero: the file is damaged.")
    return tensors


def _history(values: dict[str, Any]) -> History:
    def pairs(name: str) -> tuple[tuple[int, float], ...]:
        return tuple((int(step), _finite(value)) for step, value in values[name])

    return History(tuple(map(_finite, values["losses"])), pairs("held_out"), pairs("epochs"))


def _figures(values: dict[str, Any]) -> dict[str, float | None]:
    return {name: None if value is None else _finite(value) for name, value in values.items()}


def _finite(value: Any) -> float:
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        raise TypeError("a figure is not a number")
    return float(value)


def _short(value: Any) -> Any:
    """The same plain values with their floats cut to six digits: the curves need no more."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {name: _short(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_short(one) for one in value]
    return value
