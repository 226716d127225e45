"""The visitor's digit, which goes along to the pages of a lesson."""

from __future__ import annotations

from cae.registry import Shape
from cae.ui.networks import shipped
from cae.ui.parts import palette
from cae.ui.parts.tiles import Tile, tiles
from cae.ui.visitor import session

__all__ = ["goes_along"]


def goes_along() -> None:
    """Show the digit as a network sees it; nothing for an empty canvas. Waits until torch is loaded."""
    shipped.wait_until_loaded()
    digit = session.digit(Shape())
    if digit is not None:
        tiles([Tile(digit, "Your digit goes along", palette.ORIGINAL, "Draw another one on the Draw page.")])
