"""Messages over a pipe: dataclasses from a fixed vocabulary as one JSON header and the raw bytes of their arrays.

A frame is: header length (4 bytes), body length (8 bytes), header, body; lengths are little-endian.
"""

from __future__ import annotations

import json
import os
import struct
from contextlib import suppress
from dataclasses import fields, is_dataclass
from typing import Any, BinaryIO

import numpy as np

from cae.jobs.messages import VOCABULARY

__all__ = ["own_output", "receive", "send"]

LENGTHS = struct.Struct("<IQ")
TYPES = {kind.__name__: kind for kind in VOCABULARY}


def own_output() -> BinaryIO:
    """This process's standard output, for messages alone: what a library prints goes to standard error from now on."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return output


def send(stream: BinaryIO, message: object) -> None:
    """Write one message and flush. If the other process has ended, it is lost: ``receive`` tells of the end."""
    body = bytearray()
    header = json.dumps(_plain(message, body)).encode()
    with suppress(OSError):
        stream.write(LENGTHS.pack(len(header), len(body)) + header + body)
        stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Read the next message. Raises ``EOFError`` if the other process has ended."""
    header_size, body_size = LENGTHS.unpack(_exactly(stream, LENGTHS.size))
    header = json.loads(_exactly(stream, header_size))
    return _message(header, _exactly(stream, body_size))


def _exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size) if size else b""
    if len(content) < size:
        raise EOFError("the other side closed the pipe")
    return content


def _plain(value: Any, body: bytearray) -> Any:
    if isinstance(value, np.ndarray):
        start = len(body)
        body += np.ascontiguousarray(value).tobytes()
        return {"array": [value.dtype.str, value.shape, start]}
    if is_dataclass(value):
        parts = {field.name: _plain(getattr(value, field.name), body) for field in fields(value)}
        return {"message": type(value).__name__, "fields": parts}
    if isinstance(value, dict):
        return {"map": {name: _plain(one, body) for name, one in value.items()}}
    if isinstance(value, (tuple, list)):
        return [_plain(one, body) for one in value]
    return value


def _message(value: Any, body: bytes) -> Any:
    if isinstance(value, list):
        return tuple(_message(one, body) for one in value)
    if not isinstance(value, dict):
        return value
    if "map" in value:
        return {name: _message(one, body) for name, one in value["map"].items()}
    if "array" in value:
        dtype, shape, start = value["array"]
        count = int(np.prod(shape, dtype=np.int64))
        return np.frombuffer(body, dtype, count, start).reshape(shape)
    parts = {name: _message(one, body) for name, one in value["fields"].items()}
    return TYPES[value["message"]](**parts)
