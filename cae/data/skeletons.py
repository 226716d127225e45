"""Skeletons of the ten digits and of some letters: the path of the pen, in the variants that people write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad

__all__ = ["DIGITS", "LETTERS", "VERTICES", "Shapes", "Skeletons", "load"]

VERTICES = 65  # along all strokes of a variant together

Shapes = tuple[tuple[tuple[float, tuple[str, ...]], ...], ...]

# Each variant: how often people write it, and its strokes. A stroke is a curve through points "x,y" in
# percent of the digit's height, y down; "!" marks a corner. Equal points stay together when a digit is bent.
DIGITS: Shapes = (
    (  # 0
        (3, ("45,0 10,25 9,75 45,100 81,75 80,25 45,0",)),
        (3, ("58,4 28,8 6,44 14,84 40,100 70,82 86,44 74,10 52,2 38,10",)),
        (1, ("30,10 10,42 14,84 42,100 72,84 82,44 68,10 44,0 24,6",)),
    ),
    (  # 1
        (8, ("50,0 50,33 50,67 50,100",)),
        (1, ("30,20 42,12 52,0! 51,33 50,67 50,100",)),
        (0.5, ("28,22 42,14 52,0! 51,33 50,67 50,100", "22,100 50,100 82,98")),
    ),
    (  # 2
        (4, ("8,24 24,4 52,2 66,22 56,50 32,78 6,98! 36,95 66,95 96,98",)),
        (4, ("10,26 30,2 60,4 66,28 50,58 26,88 8,96 4,82 22,76 46,88 68,98 92,94",)),
        (2, ("4,12 36,6 76,6! 58,36 32,66 4,94! 36,92 66,94 98,94",)),
        (2, ("6,22 26,2 56,4 66,30 56,60 34,90 12,98 4,84 20,70 44,76 60,92 80,96 100,88",)),
        (1, ("8,20 28,4 54,4 62,26 46,54 22,82 6,98! 30,84 54,90 88,100",)),
    ),
    (  # 3
        (5, ("10,14 34,0 62,8 62,30 44,42 26,46! 54,48 72,66 62,90 34,100 4,90",)),
        (3, ("8,8 34,2 64,6 58,28 42,42 34,48 52,50 68,66 62,88 34,100 4,92",)),
        (1, ("8,10 36,0 64,8 58,30 40,44 30,42 44,40 66,56 66,84 38,100 6,92",)),
        (2, ("10,6 38,4 70,2! 52,24 32,42! 58,48 72,68 58,92 30,100 4,92",)),
    ),
    (  # 4
        (5, ("18,6 12,28 6,52! 34,54 72,48", "66,2 58,34 54,66 50,100")),
        (2, ("54,100 58,66 62,34 66,0! 44,22 24,42 4,62! 36,62 64,60 96,58",)),
        (3, ("16,4 8,26 10,46 30,54 52,46 66,26", "70,4 66,26 58,62 54,100")),
        (2, ("30,2 20,28 4,56! 36,58 84,52", "58,26 54,62 50,100")),
    ),
    (  # 5
        (4, ("34,6 28,26 20,46! 44,42 66,56 64,80 40,98 4,92", "34,6 60,4 94,0")),
        (3, ("90,2 62,4 34,8! 28,26 22,44! 46,44 64,58 60,82 36,98 2,92",)),
        (2, ("88,4 58,4 30,4! 27,22 24,40! 46,32 72,48 72,76 48,98 16,96 6,82",)),
        (2, ("82,2 52,2 30,14 30,34 52,50 62,70 48,92 22,100 2,88",)),
    ),
    (  # 6
        (4, ("54,0 32,20 14,46 4,74 16,96 42,98 62,80 56,60 36,58 16,72 8,86",)),
        (3, ("42,0 22,22 8,50 4,78 20,98 46,96 60,78 50,62 30,66 14,84",)),
        (2, ("36,0 16,26 6,56 10,86 34,100 60,88 64,64 46,52 22,62 8,76",)),
    ),
    (  # 7
        (6, ("4,14 34,12 72,4! 58,34 46,66 38,100",)),
        (2, ("4,30 8,10! 36,8 70,4! 58,34 46,66 40,100",)),
        (1.5, ("4,10 36,10 72,4! 58,34 44,66 34,100", "22,54 48,50 76,46")),
        (2, ("6,12 34,4 62,10 64,36 52,66 44,100",)),
    ),
    (  # 8
        (5, ("70,12 46,0 20,10 22,32 44,48 62,68 54,94 26,100 6,84 18,62 42,46 64,28 70,12",)),
        (3, ("74,10 46,0 22,12 24,34 46,52 58,72 46,96 20,98 8,80 24,60 52,40 78,14",)),
        (2, ("78,8 44,0 18,14 26,36 46,54 50,78 36,100 24,86 34,62 56,40 80,14",)),
        (2, ("44,46 24,32 24,10 46,0 66,12 62,32 44,46 62,64 62,88 38,100 16,86 20,62 44,46",)),
    ),
    (  # 9
        (4, ("66,18 46,2 18,12 6,34 18,50 42,42 66,18! 60,44 54,72 48,100",)),
        (3, ("62,10 36,4 12,20 14,42 38,44 60,26 66,12 62,42 52,74 44,100",)),
        (2, ("64,20 44,0 14,10 8,34 30,46 54,36 64,20! 66,48 56,80 34,98 8,92",)),
        (2, ("60,14 40,0 16,10 10,30 28,42 50,36 60,14! 60,46 60,72 60,100",)),
    ),
)

# One variant each of twenty capital letters. I, O, Q, S, V and Z are left out: they look like digits.
LETTERS: Shapes = tuple(
    ((1, strokes),)
    for strokes in (
        ("6,100 30,50 50,0! 70,50 94,100", "22,64 78,64"),  # A
        ("14,0 14,50 14,100", "14,0 60,6 64,30 50,46 16,48! 66,54 76,78 58,98 14,100"),  # B
        ("86,16 60,0 24,10 6,44 16,82 50,100 84,88",),  # C
        ("14,0 14,50 14,100", "14,0 60,10 84,46 66,86 14,100"),  # D
        ("80,2 46,2 12,2! 12,50 12,98! 46,98 82,98", "12,48 70,48"),  # E
        ("80,2 46,2 12,2! 12,50 12,100", "12,48 66,48"),  # F
        ("86,16 56,0 20,12 6,46 18,84 52,100 82,88 86,58! 56,58",),  # G
        ("10,0 10,50 10,100", "80,0 80,50 80,100", "10,50 80,50"),  # H
        ("66,0 66,40 64,80 40,100 10,84",),  # J
        ("12,0 12,50 12,100", "76,0 44,28 12,54! 46,76 82,100"),  # K
        ("14,0 14,50 14,100! 46,98 80,98",),  # L
        ("6,100 12,50 18,0! 50,64! 82,0! 88,50 94,100",),  # M
        ("10,100 10,50 10,0! 44,50 78,100! 78,50 78,0",),  # N
        ("14,100 14,50 14,0! 56,2 74,24 56,48 16,52",),  # P
        ("14,100 14,50 14,0! 56,2 74,24 56,48 16,52! 46,74 80,100",),  # R
        ("4,2 46,2 88,2", "46,2 46,50 46,100"),  # T
        ("8,0 8,44 18,86 46,100 74,86 82,44 82,0",),  # U
        ("2,0 14,50 26,100! 48,30! 70,100! 84,50 96,0",),  # W
        ("10,0 46,50 82,100", "82,0 46,50 10,100"),  # X
        ("6,0 24,26 44,50! 64,26 84,0", "44,50 44,76 44,100"),  # Y
    )
)


@dataclass(frozen=True, eq=False)
class Skeletons:
    """All variants of all digits, or of all letters, padded to one shape so that a mixed batch is one matrix product.

    A variant's vertices are ``weights @ controls``: bending the controls bends the curve.
    """

    digits: Tensor  # int64 (K,): which digit, or which letter of the list, the variant writes
    frequencies: Tensor  # float32 (K,): how often, relative to the other variants of its digit
    controls: Tensor  # float32 (K, C, 2): control points, 1 = the digit's height
    weights: Tensor  # float32 (K, VERTICES, C)
    pen_down: Tensor  # bool (K, VERTICES - 1): whether the pen draws between a vertex and the next


def load(shapes: Shapes = DIGITS) -> Skeletons:
    """The skeletons as tensors; the same every time."""
    variants = [(digit, often, *_curve(strokes)) for digit, all_ in enumerate(shapes) for often, strokes in all_]
    digits, frequencies, controls, weights, pen_down = zip(*variants, strict=True)
    most = max(map(len, controls))
    return Skeletons(
        digits=torch.tensor(digits),
        frequencies=torch.tensor(frequencies, dtype=torch.float32),
        controls=torch.stack([pad(one, (0, 0, 0, most - len(one))) for one in controls]),
        weights=torch.stack([pad(one, (0, most - one.shape[1])) for one in weights]),
        pen_down=torch.stack(pen_down),
    )


def _curve(strokes: tuple[str, ...]) -> tuple[Tensor, Tensor, Tensor]:
    """Controls (C, 2), weights (VERTICES, C) with vertices equally far apart along the path, pen_down."""
    places = list(dict.fromkeys(point.rstrip("!") for stroke in strokes for point in stroke.split()))
    controls = torch.tensor([[float(value) / 100 for value in place.split(",")] for place in places])
    dense = [torch.cat(list(_pieces(stroke.split(), places))) for stroke in strokes]
    steps = [(rows @ controls).diff(dim=0).norm(dim=1) for rows in dense]
    counts = [max(4, round(VERTICES * float(one.sum() / torch.cat(steps).sum()))) for one in steps]
    counts[0] += VERTICES - sum(counts)
    weights = torch.cat([_evenly(*one) for one in zip(dense, steps, counts, strict=True)])
    pen_down = torch.ones(VERTICES - 1, dtype=torch.bool)
    pen_down[torch.tensor(counts[:-1], dtype=torch.long).cumsum(0) - 1] = False
    return controls, weights, pen_down


def _pieces(points: list[str], places: list[str]) -> Iterator[Tensor]:
    """Catmull–Rom splines from corner to corner: rows of weights (·, C) over the control points."""
    start = 0
    for end in range(1, len(points)):
        if end < len(points) - 1 and not points[end].endswith("!"):
            continue
        knots = torch.eye(len(places))[[places.index(point.rstrip("!")) for point in points[start : end + 1]]]
        closed = torch.equal(knots[0], knots[-1])
        before = knots[-2] if closed else 2 * knots[0] - knots[1]
        after = knots[1] if closed else 2 * knots[-1] - knots[-2]
        yield _spline(torch.cat([before[None], knots, after[None]]))
        start = end


def _spline(knots: Tensor, steps: int = 16) -> Tensor:
    """Points from the second knot to the last but one, as rows like the knots'."""
    t = torch.arange(steps)[:, None] / steps
    basis = [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2]
    weights = torch.cat(basis, 1) / 2  # (steps, 4)
    return torch.cat([*(weights @ knots[at : at + 4] for at in range(len(knots) - 3)), knots[-2][None]])


def _evenly(rows: Tensor, steps: Tensor, count: int) -> Tensor:
    """``count`` of the rows (interpolated), equally far apart along the path, both ends included."""
    travelled = torch.cat([torch.zeros(1), steps.cumsum(0)])
    at = torch.linspace(0, float(travelled[-1]), count)
    after = torch.searchsorted(travelled, at).clamp(1, len(rows) - 1)
    share = ((at - travelled[after - 1]) / steps[after - 1].clamp(min=1e-9)).clamp(0, 1)[:, None]
    return rows[after - 1] * (1 - share) + rows[after] * share
