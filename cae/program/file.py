"""A program as a safetensors file, which the page's runtime reads: weights, and the operations as JSON metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from cae.half import packed, widened
from cae.program.program import Operation, Program

__all__ = ["dump", "parse"]

NAME = "cae.program"  # of the metadata
VERSION = 2  # of the format; the runtime refuses any other
ROLES = ("weight", "bias", "scale")  # of an operation's tensors
MAX_BYTES = 40_000_000
BAD = "This is not a network as a program"


def dump(program: Program) -> bytes:
    """The program as the bytes of a file. Tensors are named after the place of their operation: ``3.weight``.

    Weights that fit into 16 bits take no more (``cae.half``).
    """
    operations = (*program.encode, *program.decode)
    described = {
        "version": VERSION,
        "picture": program.picture,
        "encode": len(program.encode),
        "operations": [{"kind": one.kind, "shape": one.shape, **one.numbers} for one in operations],
    }
    tensors = {
        f"{place}.{role}": packed(values)
        for place, one in enumerate(operations)
        for role in ROLES
        if (values := getattr(one, role)) is not None
    }
    return save_tensors(tensors, {NAME: json.dumps(described)})


def parse(content: bytes) -> Program:
    """The program in the bytes of a file.

    Raises ``ValueError`` for a file that is damaged, that ``dump`` did not write, or whose shapes do not fit together.
    """
    if len(content) > MAX_BYTES:
        raise ValueError(f"The file is larger than {MAX_BYTES // 1_000_000} MB, more than any network here.")
    try:
        tensors = {name: widened(values) for name, values in load_tensors(content).items()}
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        described = json.loads(header["__metadata__"][NAME])
        found = [_operation(place, one, tensors) for place, one in enumerate(described["operations"])]
        version, encode = described["version"], int(described["encode"])
        picture = tuple(map(int, described["picture"]))
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"{BAD}, or it is damaged.") from error
    if version != VERSION:
        raise ValueError(f"{BAD} of version {VERSION}.")
    if not 0 < encode < len(found):
        raise ValueError(f"{BAD}: it must encode and decode.")
    program = Program(picture, tuple(found[:encode]), tuple(found[encode:]))
    _check(program)
    return program


def _operation(place: int, described: Mapping[str, Any], tensors: Mapping[str, Any]) -> Operation:
    numbers = {name: value for name, value in described.items() if name not in ("kind", "shape")}
    weight, bias, scale = (tensors.get(f"{place}.{role}") for role in ROLES)
    return Operation(str(described["kind"]), tuple(map(int, described["shape"])), weight, bias, scale, numbers)


def _check(program: Program) -> None:
    """Raises ``ValueError`` for an operation whose shape or weights do not fit the result of the one before."""
    pools: list[tuple[int, ...]] = []  # the shape before each max-pool
    given = program.picture
    for part in (program.encode, program.decode):
        for place, one in enumerate(part):
            if not (_adds(one, part[:place]) if one.kind == "add" else _fits(one, given, pools)):
                raise ValueError(f"{BAD}: operation {place + 1} ({one.kind}) does not fit the one before it.")
            if one.kind == "max-pool":
                pools.append(given)
            given = one.shape
    if given != program.picture:
        raise ValueError(f"{BAD}: it does not end with a picture.")


def _adds(one: Operation, before: Sequence[Operation]) -> bool:
    source = one.numbers.get("source")
    if not isinstance(source, int) or not 0 <= source < len(before):
        return False
    return before[source].shape == before[-1].shape == one.shape


def _fits(one: Operation, given: tuple[int, ...], pools: list[tuple[int, ...]]) -> bool:
    match one.kind:
        case "convolution" | "transposed convolution":
            return len(given) == len(one.shape) == 3 and _convolves(one, given)
        case "linear":
            return _has_weights(one, (int(np.prod(given)), int(np.prod(one.shape))))
        case "relu" | "silu" | "sigmoid":
            return one.shape == given
        case "max-pool":
            return len(given) == 3 and one.shape == (given[0] // 2, given[1] // 2, given[2])
        case "max-unpool":
            pool = one.numbers.get("pool")
            if len(given) != 3 or len(one.shape) != 3 or one.shape[2] != given[2]:
                return False
            if pool is None:
                return (one.shape[0] // 2, one.shape[1] // 2) == given[:2]
            return isinstance(pool, int) and 0 <= pool < len(pools) and one.shape == pools[pool]
    return False


def _convolves(one: Operation, given: tuple[int, ...]) -> bool:
    stride, padding = one.numbers.get("stride"), one.numbers.get("padding")
    if one.weight is None or one.weight.ndim != 4 or not isinstance(stride, int) or not isinstance(padding, int):
        return False
    kernel = len(one.weight)
    if not 0 < stride <= kernel or not 0 <= padding < kernel:
        return False
    for before, after in zip(given[:2], one.shape[:2], strict=True):
        least = (before - 1) * stride - 2 * padding + kernel
        if one.kind == "convolution" and after != (before + 2 * padding - kernel) // stride + 1:
            return False
        if one.kind == "transposed convolution" and not 0 <= after - least < stride:
            return False
    return _has_weights(one, (kernel, kernel, given[2], one.shape[2]))


def _has_weights(one: Operation, shape: tuple[int, ...]) -> bool:
    """Whether there is a weight of this shape, and any bias and scale fit it; all float32 and finite."""
    return one.weight is not None and all(
        values is None or (values.shape == wanted and values.dtype == np.float32 and np.isfinite(values).all())
        for values, wanted in ((one.weight, shape), (one.bias, shape[-1:]), (one.scale, shape[-1:]))
    )
