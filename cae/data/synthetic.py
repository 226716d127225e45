"""Synthetic digits: a labelled data set like MNIST, of any size, that needs no download; letters and scribbles, too.

Every digit is a skeleton, deformed at random and prepared as in MNIST: the ink in a 20×20 box, the centre of mass in
the middle of 28×28.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import torch
from torch import Tensor

from cae.data import skeletons
from cae.drawing.strokes import BOX_SIDE, CENTRE, IMAGE_SIDE, PEN_THICKNESS, render

__all__ = ["digits", "example", "letters", "scribbles", "strokes"]

BLOCK = 1000  # digits drawn together, each block from its own generator

# Standard deviations, chosen so that thickness, slant, extent and grey levels are spread as MNIST's are and a
# network trained on these digits does well on MNIST's validation images.
THICKNESS_SPREAD, THICKNESS_RANGE = 0.24, (1.2, 5.5)  # of the logarithm; pixels
JITTER, WAVE = 0.045, 0.04  # of control points and of the slow wave; 1 = the digit's height
SLANT, SLANT_SPREAD = 0.13, 0.26  # mean and spread of the step right for a step up
TURN, WIDTH_SPREAD = 0.12, 0.2  # radians; of the logarithm

TURNS = 5  # places that a scribble passes

_skeletons = cache(skeletons.load)


def digits(count: int, seed: int, progress: Callable[[int, int], None] | None = None) -> tuple[Tensor, Tensor]:
    """``count`` digits: uint8 images (count, 1, 28, 28) and int64 labels (count,).

    The same seed gives the same digits, and a shorter list is the beginning of a longer one. Every ten in a
    row are the ten digits in random order. ``progress(done, total)`` is called as images are ready.

    Raises:
        ValueError: ``count`` is negative.
    """
    return _in_blocks(count, seed, lambda chance, size: _draw(chance, size, skeletons.DIGITS), progress)


def letters(count: int, seed: int) -> Tensor:
    """``count`` capital letters, drawn and prepared like the digits: uint8 (count, 1, 28, 28)."""
    return _in_blocks(count, seed, lambda chance, size: _draw(chance, size, skeletons.LETTERS))[0]


def scribbles(count: int, seed: int) -> Tensor:
    """``count`` smooth lines through places at random, prepared like the digits: uint8 (count, 1, 28, 28)."""
    return _in_blocks(count, seed, _scribble)[0]


def _in_blocks(
    count: int,
    seed: int,
    draw: Callable[[torch.Generator, int], tuple[Tensor, Tensor]],
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Tensor, Tensor]:
    if count < 0:
        raise ValueError(f"count is {count}; it must be 0 or more.")
    seeds = torch.Generator().manual_seed(seed)
    images, labels = torch.empty(count, 1, 28, 28, dtype=torch.uint8), torch.empty(count, dtype=torch.int64)
    for start in range(0, count, BLOCK):
        block = torch.Generator().manual_seed(int(torch.randint(2**62, (), generator=seeds)))
        size = min(BLOCK, count - start)
        images[start : start + size, 0], labels[start : start + size] = draw(block, size)
        if progress:
            progress(start + size, count)
    return images, labels


def example(digit: int, seed: int = 0) -> Tensor:
    """One synthetic digit: uint8 (28, 28). Raises ``ValueError`` for a digit that is not 0 to 9."""
    _check(digit)
    images, labels = digits(10, seed)
    return images[labels == digit][0, 0]


def strokes(digit: int) -> list[list[tuple[float, float]]]:
    """The commonest way to write a digit, as polylines (x, y) in the unit square, y down, with a margin.

    Raises ``ValueError`` for a digit that is not 0 to 9.
    """
    _check(digit)
    known = _skeletons(skeletons.DIGITS)
    one = int(torch.where(known.digits == digit, known.frequencies, 0).argmax())
    path = known.weights[one] @ known.controls[one]
    low, high = path.amin(0), path.amax(0)
    path = (path - (low + high) / 2) * (0.68 / float((high - low).max())) + 0.5
    ends = [0, *(int(end) + 1 for end in (~known.pen_down[one]).nonzero()), len(path)]
    return [[(float(x), float(y)) for x, y in path[first:last]] for first, last in pairwise(ends)]


def _check(digit: int) -> None:
    if digit not in range(10):
        raise ValueError(f"digit is {digit}; it must be 0 to 9.")


def _draw(chance: torch.Generator, size: int, shapes: skeletons.Shapes) -> tuple[Tensor, Tensor]:
    """The first ``size`` of one block: uint8 (size, 28, 28) and their labels."""
    known = _skeletons(shapes)
    labels = torch.rand(BLOCK // len(shapes), len(shapes), generator=chance).argsort(dim=1).flatten()
    odds = (known.digits == labels[:, None]) * known.frequencies  # (BLOCK, K)
    variant = torch.multinomial(odds, 1, generator=chance)[:, 0]

    controls = known.controls[variant]
    controls = controls + JITTER * _normal(controls.shape, chance)
    path = _bent(known.weights[variant] @ controls, chance)  # (BLOCK, VERTICES, 2)
    return _inked(path, known.pen_down[variant], chance, size), labels[:size]


def _scribble(chance: torch.Generator, size: int) -> tuple[Tensor, Tensor]:
    """The first ``size`` of one block of scribbles; all have the label 0."""
    any_curve = " ".join(f"{place},{place}" for place in range(TURNS))
    known = _skeletons((((1, (any_curve,)),),))
    path = known.weights[0] @ torch.rand((BLOCK, TURNS, 2), generator=chance)
    return _inked(path, known.pen_down, chance, size), torch.zeros(size, dtype=torch.int64)


def _inked(path: Tensor, pen_down: Tensor, chance: torch.Generator, size: int) -> Tensor:
    """The first ``size`` of paths (BLOCK, VERTICES, 2) as pictures, each with a pen of its own thickness.

    Chance is asked for the whole block, which is quick; to render a picture takes long.
    """
    thickness = (PEN_THICKNESS * (THICKNESS_SPREAD * _normal((BLOCK,), chance)).exp()).clamp(*THICKNESS_RANGE)
    low, high = path.amin(1, keepdim=True), path.amax(1, keepdim=True)
    scale = (BOX_SIDE - thickness[:, None, None]) / (high - low).amax(2, keepdim=True)
    path = (path - (low + high) / 2) * scale + (IMAGE_SIDE - 1) / 2
    lengths = path.diff(dim=1).norm(dim=2) * pen_down
    return _centred(render(((path[:, 1:] + path[:, :-1]) / 2)[:size], lengths[:size], thickness[:size]))


def _centred(images: Tensor) -> Tensor:
    """The images (N, 28, 28) moved by whole pixels, as MNIST's were: the mass within half a pixel of CENTRE."""
    grid = torch.arange(IMAGE_SIDE)
    ink = images.float()
    mass = torch.stack([ink.sum(2) @ grid.float(), ink.sum(1) @ grid.float()]) / ink.sum((1, 2))
    slack = (IMAGE_SIDE - BOX_SIDE) // 2
    shift = (CENTRE - mass).round().clamp(-slack, slack).long()  # (2, N): down, right
    rows, columns = (grid - shift[..., None]).remainder(IMAGE_SIDE)
    return images[torch.arange(len(images))[:, None, None], rows[:, :, None], columns[:, None, :]]


def _bent(path: Tensor, chance: torch.Generator) -> Tensor:
    """Each path (N, V, 2) with a slant, a turn, a width and a slow wave of its own."""
    count = len(path)
    wave = WAVE * _normal((count, 1, 2), chance)
    phase = 2 * math.pi * torch.rand((count, 1, 2), generator=chance)
    path = path + wave * (5 * path.flip(2) + phase).sin()

    slant = SLANT + SLANT_SPREAD * _normal((count,), chance)
    turn = TURN * _normal((count,), chance)
    width = (WIDTH_SPREAD * _normal((count,), chance)).exp()
    shape = torch.stack([torch.stack([width, -slant]), torch.stack([torch.zeros(count), torch.ones(count)])])
    rotation = torch.stack([torch.stack([turn.cos(), -turn.sin()]), torch.stack([turn.sin(), turn.cos()])])
    affine = torch.einsum("ijn,jkn->nik", rotation, shape)
    return path @ affine.mT


def _normal(shape: tuple[int, ...] | torch.Size, chance: torch.Generator) -> Tensor:
    return torch.randn(shape, generator=chance)
