"""A run as a safetensors file: its weights, and as JSON metadata everything else but the pictures.

A file from outside is not trusted: size, header, description, names, shapes, types and values are checked. Any fault
raises ``ValueError`` with one sentence. There is no pickle.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from cae.config import ModelConfig
from cae.config.settings import shown
from cae.files import write_whole
from cae.half import allowed, packed, widened
from cae.model import ConvAutoencoder
from cae.runs.description import describe, understand
from cae.runs.overflow import overflowing
from cae.runs.run import Run
from cae.training.events import Weights

__all__ = ["MAX_BYTES", "build", "dump", "load", "parse", "save"]

MAX_BYTES = 40_000_000
MAX_HEADER_BYTES = 18_000_000  # the longest run has 687,500 losses, and as many KL divergences
MAX_HEADER_PARTS = 100_000  # lists, names and texts, which take many times their length once they are read
NOT_OURS = "This is not a network saved by this program"


def build(run: Run) -> ConvAutoencoder:
    """The run's network, ready for inference on the CPU."""
    model = ConvAutoencoder(run.config.model)
    model.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in run.weights.items()})
    return model.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def dump(run: Run) -> bytes:
    """The run as the bytes of a safetensors file. Weights that ``half.rounded`` made take half of the bytes."""
    weights = {name: packed(value) for name, value in run.weights.items()}
    return save_tensors(weights, {"cae": json.dumps(describe(run), allow_nan=False)})


def save(run: Run, path: Path) -> None:
    """Write the file atomically. Raises ``OSError`` if it cannot be written."""
    write_whole(Path(path), dump(run))


def load(path: Path) -> Run:
    """Read a file that ``save`` wrote. Raises ``OSError`` if it cannot be read, ``ValueError`` if it is bad."""
    with Path(path).open("rb") as file:
        return parse(file.read(MAX_BYTES + 1))


def parse(content: bytes) -> Run:
    """A run from the bytes of a safetensors file. Raises ``ValueError`` for a bad file."""
    if len(content) > MAX_BYTES:
        raise ValueError(f"The file is larger than {MAX_BYTES // 1_000_000} MB, more than any network here.")
    header = _header(content)
    try:
        description = _json(header["__metadata__"]["cae"])
        if not isinstance(description, dict):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"{NOT_OURS}: its header has no description of a run.") from error
    try:
        run = understand(description)
    except ValueError as error:
        raise ValueError(f"{NOT_OURS}: {error}") from error
    return replace(run, weights=_weights(content, header, run.config.model))


def _header(content: bytes) -> dict[str, Any]:
    """The header of the file, checked before any tensor is read."""
    size = int.from_bytes(content[:8], "little")
    if len(content) < 10 or content[8:9] != b"{":
        raise ValueError(f"{NOT_OURS}: it does not begin like a safetensors file.")
    if size > MAX_HEADER_BYTES:
        raise ValueError(f"{NOT_OURS}: its header claims {size:,} bytes.")
    if size + 8 > len(content):
        raise ValueError("The file is cut short: save or download it again.")
    text = content[8 : 8 + size]
    if sum(map(text.count, (b"{", b"[", b'"'))) > MAX_HEADER_PARTS:
        raise ValueError(f"{NOT_OURS}: its header has too many parts.")
    try:
        header = _json(text.decode())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{NOT_OURS}: its header cannot be read.") from error
    if not isinstance(header, dict):
        raise ValueError(f"{NOT_OURS}: its header cannot be read.")
    return header


def _json(text: str) -> Any:
    """Strict JSON: no name twice in an object, no NaN or infinity. Raises ``ValueError``."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) < len(pairs):
            raise ValueError("a name stands there twice")
        return values

    def refuse(word: str) -> None:
        raise ValueError(f"{word} is no number")

    return json.loads(text, object_pairs_hook=unique, parse_constant=refuse)


def _weights(content: bytes, header: Mapping[str, Any], config: ModelConfig) -> Weights:
    """The tensors, after a check that the header lists exactly those of the network."""
    with torch.device("meta"):
        network = ConvAutoencoder(config)
    expected = network.state_dict()
    if odd := sorted(expected.keys() ^ header.keys() - {"__metadata__"}):
        raise ValueError(f"The weights do not fit the network that the file describes ({shown(odd[0])}).")
    for name, value in expected.items():
        kind, shape = "F32" if value.is_floating_point() else "I64", list(value.shape)
        claim = header[name] if isinstance(header[name], dict) else {}
        kinds = (kind, "F16") if allowed(value.ndim, floating=value.is_floating_point()) else (kind,)
        if claim.get("dtype") not in kinds or claim.get("shape") != shape:
            told = f"{shown(claim.get('dtype'))} {shown(claim.get('shape'))}"
            raise ValueError(f"{name} is {told}; the network needs {kind} {shown(shape)}.")
    try:
        stored = load_tensors(content)
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise ValueError("The file is damaged or cut short: save or download it again.") from error
    tensors = {name: widened(value) for name, value in stored.items()}
    for name, tensor in tensors.items():
        if not np.isfinite(tensor).all():
            raise ValueError(f"{name} holds values that are not numbers: the run had diverged.")
        if name.endswith(("running_var", "num_batches_tracked")) and (tensor < 0).any():
            raise ValueError(f"{name} holds values below zero: the file is damaged.")
    if layer := overflowing(network, tensors):
        raise ValueError(f"{layer} holds weights so large that pictures would overflow: the file is damaged.")
    return tensors
