"""Which pixels of the image a unit sees: its receptive field, from the arithmetic of the layers.

Every layer works alike on rows and on columns, so a field is a square of rows and columns, and one interval for each
row of a map says it all.
"""

from __future__ import annotations

from collections.abc import Sequence

from cae.config import IMAGE_SIDE, ModelConfig

__all__ = ["Interval", "sight"]

Interval = tuple[int, int] | None
"""The first and the last row (or column) of the image that can change the unit, both included; None where none can."""


def sight(config: ModelConfig) -> tuple[tuple[Interval, ...], ...]:
    """For every encoder stage after its pooling, then every decoder stage: the interval of each row of its maps.

    A unit in row r and column c sees the rows of interval r and the columns of interval c. Behind a linear code every
    unit sees the whole image. Where the encoder's switches help to unpool, what moves them counts as seen; they
    look no farther than the values that they place.
    """
    rows: list[Interval] = [(row, row) for row in range(IMAGE_SIDE)]
    fields = []
    for side in config.sides[1:]:
        # A window of two rows of a convolution of width 3, or one of width 4: either way four rows.
        rows = [_union(rows[max(0, 2 * row - 1) : 2 * row + 3]) for row in range(side)]
        fields.append(tuple(rows))
    if config.code_size:
        rows = [(0, IMAGE_SIDE - 1)] * config.sides[-1]
    for side in reversed(config.sides[:-1]):
        # Row r of a transposed convolution of width 4 at stride 2 is made of rows (r − 1) // 2 to (r + 1) // 2. After
        # an unpooling it is made of rows r − 1 to r + 1, whose windows are those same; but where every value lies
        # in its window's first row, those of the rows r − 1 to r + 1 with an odd number are empty.
        first = 0 if config.unpooling == "fixed" else 1
        rows = [_union(rows[max(0, (row - first) // 2) : (row + 1) // 2 + 1]) for row in range(side)]
        fields.append(tuple(rows))
    return tuple(fields)


def _union(intervals: Sequence[Interval]) -> Interval:
    there = [one for one in intervals if one]
    return (min(low for low, _ in there), max(high for _, high in there)) if there else None
