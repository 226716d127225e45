"""A drawing and what a network makes of it."""

from __future__ import annotations

from cae.drawing.drawing import BRUSH, SIDE, Strokes
from cae.inference import Reconstruction, on_thread
from cae.ui.parts import palette
from cae.ui.parts.images import Picture, signed_error
from cae.ui.parts.text import number
from cae.ui.parts.tiles import Tile, tiles
from cae.ui.visitor import session

__all__ = ["drawn_plainly", "journey", "two_ways"]


def journey(digit: Picture, back: Picture, network: str) -> None:
    """What the network sees, what comes back, and the difference."""
    difference = signed_error(digit, back)
    tiles(
        [
            Tile(digit, "What the network sees", palette.ORIGINAL, "28×28 pixels, as MNIST would"),
            Tile(back, "What comes back", palette.RECONSTRUCTION, network),
            Tile(difference, "The difference", palette.DIFFERENCE, "Blue: ink lost. Orange: ink added."),
        ]
    )


def two_ways(plain: Picture, plain_back: Reconstruction, digit: Picture, back: Reconstruction) -> None:
    """A drawing merely shrunk and what comes back of it, beside the same prepared as MNIST's digits were."""

    def came_back(of: Reconstruction) -> Tile:
        note = f"RMSE {number(of.figures[0].rmse)}"
        return Tile(of.images[0], "What comes back", palette.RECONSTRUCTION, note)

    tiles(
        [
            Tile(plain, "As drawn", palette.ORIGINAL, "The canvas, merely shrunk"),
            came_back(plain_back),
            Tile(digit, "As MNIST would", palette.ORIGINAL, "Fitted and centred"),
            came_back(back),
        ]
    )


def drawn_plainly() -> Picture:
    """The canvas merely shrunk to 28×28."""
    return on_thread(_as_drawn, session.drawing().objects)


def _as_drawn(objects: Strokes) -> Picture:
    from cae.drawing.digit import as_drawn, strokes_from_canvas

    # One pen for the whole digit: where the strokes differ, the mean of theirs.
    brush = sum(float(one.get("strokeWidth", BRUSH)) for one in objects) / len(objects)
    return as_drawn(strokes_from_canvas({"objects": list(objects)}), SIDE, brush)
