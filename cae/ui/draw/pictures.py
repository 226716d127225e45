"""The pictures of the Draw page: a drawing, its reconstruction and their difference."""

from __future__ import annotations

from cae.drawing.drawing import BRUSH, SIDE, Strokes
from cae.inference import Reconstruction, on_thread
from cae.ui.parts import palette
from cae.ui.parts.images import Picture, signed_error
from cae.ui.parts.text import number
from cae.ui.parts.tiles import Tile, tiles
from cae.ui.visitor import session

__all__ = ["drawn_plainly", "input_output_difference", "prepared_or_not"]


def input_output_difference(digit: Picture, back: Picture, network: str) -> None:
    """Show the input, its reconstruction and the signed error; ``network`` is the title of the network."""
    difference = signed_error(digit, back)
    tiles(
        [
            Tile(digit, "What the network sees", palette.ORIGINAL, "28×28 pixels, prepared as in MNIST"),
            Tile(back, "What comes back", palette.RECONSTRUCTION, network),
            Tile(difference, "The difference", palette.DIFFERENCE, "Blue: ink lost. Orange: ink added."),
        ]
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
