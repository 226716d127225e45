"""A visitor's drawing as a value: the strokes on the canvas, and what the canvas was last given to start from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

__all__ = ["BRUSH", "INK", "SIDE", "Drawing", "Strokes"]

SIDE = 280  # pixels of the square canvas, ten for each of the digit's
BRUSH = 20  # pixels: the pen's width, if nobody chooses another
INK = "#FFFFFF"

Strokes = tuple[dict[str, Any], ...]
"""fabric.js paths in canvas pixels, as the canvas component reports them, in the order in which they were drawn."""


@dataclass(frozen=True)
class Drawing:
    """``objects`` are the strokes as they are now; ``start`` those that the canvas was last given.

    The canvas in the browser keeps its own strokes; it takes ``start`` instead when ``version`` changes.
    """

    objects: Strokes
    start: Strokes
    version: int = 0
    example: bool = False  # one of the examples, unchanged
    stale: Strokes | None = None  # what the canvas still reports until it has received ``start``

    def reported(self, objects: Strokes) -> Drawing:
        """The drawing after the canvas has reported these strokes."""
        if objects == self.objects:
            return replace(self, stale=None)  # the canvas has received ``start``
        if objects == self.stale:
            return self
        unchanged = self.example and len(objects) == len(self.objects)
        return replace(self, objects=objects, example=unchanged, stale=None)

    def replaced(self, objects: Strokes, example: bool = False) -> Drawing:
        """A drawing of these strokes, for the canvas to take in place of what it shows."""
        return Drawing(objects, objects, self.version + 1, example, stale=self.objects)
