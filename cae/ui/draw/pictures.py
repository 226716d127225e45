"""The pictures of the Draw page: a drawing, its reconstruction and their difference."""

from __future__ import annotations

import numpy as np

from cae.drawing.drawing import BRUSH, SIDE, Drawing, Strokes
from cae.images import in_shape
from cae.inference import Reconstruction, on_thread, reconstruct
from cae.registry import Shape
from cae.runs.run import Run
from cae.ui.parts import palette
from cae.ui.parts.figures import figures_row
from cae.ui.parts.images import Picture
from cae.ui.parts.text import number
from cae.ui.parts.tiles import Tile, row, through, tiles
from cae.ui.visitor import session

__all__ = ["drawn_plainly", "input_output_difference", "loading", "not_computed", "of_picture", "prepared_or_not"]

NOTHING: Picture = np.zeros((28, 28), np.uint8)
EMPTY = "The canvas is empty. Draw a digit on it, or start from an example below."


def input_output_difference(run: Run, drawing: Drawing) -> str:
    """HTML: the drawing as the network sees it, its reconstruction, the signed error, and the figures."""
    found = on_thread(_computed, run, drawing)
    if found is None:
        return not_computed(run) + f'<p class="hint">{EMPTY}</p>'
    digit, back = found
    return row(through(digit, back.images[0], run.title, _prepared(digit))) + figures_row(back.figures[0])


def of_picture(run: Run, picture: Picture, note: str = "") -> str:
    """The same HTML of a picture that was not drawn here."""
    back = reconstruct(run, picture[None])
    return row(through(picture, back.images[0], run.title, note or _prepared(picture))) + figures_row(back.figures[0])


def not_computed(run: Run) -> str:
    """The same HTML of a network without a picture: black pictures, no figures."""
    black = np.zeros(run.config.model.picture.array, np.uint8)
    return row(through(black, black, run.title, _prepared(black)))


def loading(network: str) -> str:
    """The same HTML of a shipped network's title, before the network is loaded."""
    return row(through(NOTHING, NOTHING, network, _prepared(NOTHING)))


def _computed(run: Run, drawing: Drawing) -> tuple[Picture, Reconstruction] | None:
    digit = session.digit(run.config.model.picture, drawing)
    return None if digit is None else (digit, reconstruct(run, digit[None]))


def _size(picture: Picture) -> str:
    return f"{picture.shape[0]}×{picture.shape[1]} pixels"


def _prepared(digit: Picture) -> str:
    return f"{_size(digit)}, prepared as in MNIST"


def prepared_or_not(plain: Picture, plain_back: Reconstruction, digit: Picture, back: Reconstruction) -> None:
    """The drawing only shrunk, then prepared like the digits of MNIST, each with its reconstruction."""

    def reconstruction(of: Reconstruction) -> Tile:
        note = f"RMSE {number(of.figures[0].rmse)}"
        return Tile(of.images[0], "What comes back", palette.RECONSTRUCTION, note)

    tiles(
        [
            Tile(plain, "As drawn", palette.ORIGINAL, f"Shrunk to {_size(plain)}, nothing else"),
            reconstruction(plain_back),
            Tile(digit, "Prepared as in MNIST", palette.ORIGINAL, "Fitted and centred"),
            reconstruction(back),
        ]
    )


def drawn_plainly(drawing: Drawing, shape: Shape) -> Picture:
    """The canvas shrunk to this shape, not fitted or centred."""
    return in_shape(on_thread(_as_drawn, drawing.objects, shape.side), shape)


def _as_drawn(objects: Strokes, side: int) -> Picture:
    from cae.drawing.digit import as_drawn, strokes_from_canvas

    # One pen width for the whole digit: the mean of its strokes.
    brush = sum(float(one.get("strokeWidth", BRUSH)) for one in objects) / len(objects)
    return as_drawn(strokes_from_canvas({"objects": list(objects)}), SIDE, brush, side)
