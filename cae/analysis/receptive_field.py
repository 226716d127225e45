"""Receptive fields: the pixels of the image that can influence a unit, from the arithmetic of the layers.

Every layer treats rows and columns alike, so a field is a square, described by one interval for each row of a map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cae.config import ModelConfig

__all__ = ["Interval", "ReceptiveFields", "Rows", "Stage", "everything", "receptive_fields"]

Interval = tuple[int, int] | None
"""The first and the last row (or column) of the image that can change the unit, both included; None where none can."""

Rows = tuple[Interval, ...]
"""The interval of each row of a map. A unit in row r and column c sees the rows of interval r, the columns of c."""


@dataclass(frozen=True)
class Stage:
    """The maps of one stage: before and after an encoder's pooling, before and after a decoder's convolution; result.

    As in ``cae.analysis.activations``, the first two are the same where nothing is pooled or unpooled. The result is
    what comes after the residual blocks.
    """

    before: Rows
    after: Rows
    result: Rows


@dataclass(frozen=True)
class ReceptiveFields:
    """The stages of encoder and decoder, from the picture to the reconstruction.

    A refinement counts as one more stage of the decoder.
    """

    encoder: tuple[Stage, ...]
    decoder: tuple[Stage, ...]


def everything(config: ModelConfig) -> Interval:
    """The field of a unit that every pixel can change."""
    return 0, config.picture.side - 1


def receptive_fields(config: ModelConfig) -> ReceptiveFields:
    """The receptive fields of all units of such a network.

    Behind a linear code the field of every unit is the whole image. Pixels that can move a switch used for unpooling
    are part of the field; they lie within the field of the value that the switch places.
    """
    rows: list[Interval] = [(row, row) for row in range(config.picture.side)]
    encoder, decoder = [], []
    for side in config.sides[1:]:
        if config.pooling == "stride":
            features = rows = [_union(rows[max(0, 2 * row - 1) : 2 * row + 3]) for row in range(side)]
        else:
            features = _blurred(rows)
            rows = [_union(features[2 * row : 2 * row + 2]) for row in range(side)]
        pooled, rows = rows, _blurred(rows, config.blocks)
        encoder.append(Stage(tuple(features), tuple(pooled), tuple(rows)))
    if config.code_size:
        rows = [everything(config)] * config.sides[-1]
    for side in reversed(config.sides[:-1]):
        if config.unpooling == "transpose":
            unpooled = rows
            # Row r of a transposed convolution of width 4 at stride 2 is made of rows (r − 1) // 2 to (r + 1) // 2.
            rows = [_union(rows[max(0, (row - 1) // 2) : (row + 1) // 2 + 1]) for row in range(side)]
        else:
            # An odd side has one row more than its windows. A fixed value lies in its window's first row.
            empty = config.unpooling == "fixed"
            windows = len(rows)
            unpooled = [None if row // 2 >= windows or (empty and row % 2) else rows[row // 2] for row in range(side)]
            rows = _blurred(unpooled)
        convolved, rows = rows, _blurred(rows, config.blocks if side < config.picture.side else 0)
        decoder.append(Stage(tuple(unpooled), tuple(convolved), tuple(rows)))
    if config.refine:
        refined = tuple(_blurred(rows))
        decoder.append(Stage(tuple(rows), refined, refined))
    return ReceptiveFields(tuple(encoder), tuple(decoder))


def _blurred(rows: Sequence[Interval], times: int = 1) -> list[Interval]:
    """The intervals after so many convolutions of width 3, forward or transposed, also with a skip connection."""
    for _ in range(times):
        rows = [_union(rows[max(0, row - 1) : row + 2]) for row in range(len(rows))]
    return list(rows)


def _union(intervals: Sequence[Interval]) -> Interval:
    there = [one for one in intervals if one]
    return (min(low for low, _ in there), max(high for _, high in there)) if there else None
