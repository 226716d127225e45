"""The pictures of the Draw page: a drawing, its reconstruction and their difference."""

from __future__ import annotations

import numpy as np

from cae.drawing.drawing import BRUSH, SIDE, Drawing, Strokes
from cae.inference import Reconstruction, on_thread, reconstruct
from cae.runs.run import Run
from cae.ui.parts import palette
from cae.ui.parts.figures import figures_row
from cae.ui.parts.images import Picture
from cae.ui.parts.text import number
from cae.ui.parts.tiles import Tile, row, through, tiles
from cae.ui.visitor import session

__all__ = ["drawn_plainly", "input_output_difference", "not_computed", "of_digit", "prepared_or_not"]

NOTHING: Picture = np.zeros((28, 28), np.uint8)
EMPTY = "The canvas is empty. Draw a digit on it, or start from an example below."


def input_output_difference(run: Run, drawing: Drawing) -> str:
    """HTML: the drawing as the network sees it, its reconstruction, the signed error, and the figures."""
    found = on_thread(_computed, run, drawing)
    if found is None:
        return not_computed(run.title) + f'<p class="hint">{EMPTY}</p>'
    digit, back = found
    return _row(run.title, digit, back.images[0]) + figures_row(back.figures[0])


def of_digit(run: Run, digit: Picture) -> str:
    """The same HTML of a digit (28, 28) that was not drawn here."""
    back = reconstruct(run, digit[None])
    return _row(run.title, digit, back.images[0]) + figures_row(back.figures[0])


def not_computed(network: str) -> str:
    """The same HTML of a network's title alone: black pictures, no figures."""
    return _row(network, NOTHING, NOTHING)


def _computed(run: Run, drawing: Drawing) -> tuple[Picture, Reconstruction] | None:
    digit = session.digit(drawing)
    return None if digit is None else (digit, reconstruct(run, digit[None]))


def _row(network: str, digit: Picture, back: Picture) -> str:
    return row(through(digit, back, network, "28×28 pixels, prepared as in MNIST"))


def prepared_or_not(plain: Picture, plain_back: Reconstruction, digit: Picture, back: Reconstruction) -> None:
    """The drawing only shrunk, then prepared like the digits of MNIST, each with its reconstruction."""

    def reconstruction(of: Reconstruction) -> Tile:
        note = f"RMSE {number(of.figures[0].rmse)}"
        return Tile(of.images[0], "What comes back", palette.RECONSTRUCTION, note)

    tiles(
        [
            Tile(plain, "As drawn", palette.ORIGINAL, "Shrunk to 28×28 pixels, nothing else"),
            reconstruction(plain_back),
            Tile(digit, "Prepared as in MNIST", palette.ORIGINAL, "Fitted and centred"),
            reconstruction(back),
        ]
    )


def drawn_plainly(drawing: Drawing) -> Picture:
    """The canvas shrunk to 28×28 pixels, not fitted or centred."""
    return on_thread(_as_drawn, drawing.objects)


def _as_drawn(objects: Strokes) -> Picture:
    from cae.drawing.digit import as_drawn, strokes_from_canvas

    # One pen width for the whole digit: the mean of its strokes.
    brush = sum(float(one.get("strokeWidth", BRUSH)) for one in objects) / len(objects)
    return as_drawn(strokes_from_canvas({"objects": list(objects)}), SIDE, brush)
