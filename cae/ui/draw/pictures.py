"""The pictures of the Draw page: a drawing, its reconstruction and their difference."""

from __future__ import annotations

import numpy as np

from cae.drawing.drawing import BRUSH, SIDE, Strokes
from cae.inference import Reconstruction, on_thread
from cae.ui.parts import palette
from cae.ui.parts.images import Picture, signed_error
from cae.ui.parts.program.in_the_page import InThePage
from cae.ui.parts.program.live_reconstruction import live_reconstruction
from cae.ui.parts.text import number
from cae.ui.parts.tiles import Tile, row, tiles
from cae.ui.visitor import session

__all__ = ["drawn_plainly", "input_output_difference", "prepared_or_not"]

ERROR = "Blue: ink lost. Orange: ink added."
NOTHING: Picture = np.zeros((28, 28), np.uint8)


def input_output_difference(
    network: str, program: InThePage | None, digit: Picture | None = None, back: Picture | None = None
) -> None:
    """Show the drawing as the network sees it, its reconstruction and the signed error, as they are under the pen.

    Args:
        network: the title of the network.
        program: the same network for the browser.
        digit, back: the drawing, prepared, and its reconstruction; black without them.
    """
    drawing = session.drawing()
    complete = digit is not None or not drawing.objects
    digit, back = (NOTHING if one is None else one for one in (digit, back))
    live_reconstruction(
        drawing,
        row(
            [
                Tile(digit, "What the network sees", palette.ORIGINAL, "28×28 pixels, prepared as in MNIST"),
                Tile(back, "What comes back", palette.RECONSTRUCTION, network),
                Tile(signed_error(digit, back), "The difference", palette.DIFFERENCE, ERROR),
            ]
        ),
        program,
        complete=complete,
        key="reconstruction",
    )


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


def drawn_plainly() -> Picture:
    """The canvas shrunk to 28×28 pixels, not fitted or centred."""
    return on_thread(_as_drawn, session.drawing().objects)


def _as_drawn(objects: Strokes) -> Picture:
    from cae.drawing.digit import as_drawn, strokes_from_canvas

    # One pen width for the whole digit: the mean of its strokes.
    brush = sum(float(one.get("strokeWidth", BRUSH)) for one in objects) / len(objects)
    return as_drawn(strokes_from_canvas({"objects": list(objects)}), SIDE, brush)
