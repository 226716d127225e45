"""Protocol buffers, as far as an ONNX file needs them: https://protobuf.dev/programming-guides/encoding/.

The ``onnx`` package writes the same bytes. It is left out because it would be the only use of its tens of megabytes.
"""

from __future__ import annotations

import struct

__all__ = ["message"]

VARINT, LENGTH, FIXED32 = 0, 2, 5  # wire types


def message(*fields: tuple[int, int | float | str | bytes]) -> bytes:
    """A message of pairs: a field's number, and its value. A nested message is given as its bytes."""
    return b"".join(_field(number, value) for number, value in fields)


def _field(number: int, value: int | float | str | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3 | VARINT) + _varint(value)
    if isinstance(value, float):
        return _varint(number << 3 | FIXED32) + struct.pack("<f", value)
    content = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | LENGTH) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first. A negative number is its two's complement in 64 bits."""
    value &= 2**64 - 1
    content = bytearray()
    while value > 0x7F:
        content.append(value & 0x7F | 0x80)
        value >>= 7
    content.append(value)
    return bytes(content)
