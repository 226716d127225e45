"""The values that the Inside page sends to the browser: a section of the network, and the ways to look at it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from cae.analysis.layers import Layer
from cae.analysis.receptive_field import Rows
from cae.ui.parts.images import Picture, data_url, sheet

__all__ = ["Section", "View"]


@dataclass(frozen=True, eq=False)
class View:
    """Small pictures (N, H, W) or (N, H, W, 3), one for each map.

    ``rows`` gives the receptive field of each row, where a pixel is a unit; ``white`` is the value shown as white.
    """

    name: str
    pictures: Picture
    note: str
    rows: Rows | None = None
    white: float | None = None
    captions: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the browser; the pictures lie side by side in one."""
        count, height, width = self.pictures.shape[:3]
        values = {name: getattr(self, name) for name in ("name", "note", "rows", "white", "captions")}
        sprite = data_url(sheet(self.pictures, columns=count))
        return {**values, "sprite": sprite, "count": count, "height": height, "width": width}


@dataclass(frozen=True, eq=False)
class Section:
    """A place in the network: the input, a stage of the encoder or the decoder, or the code.

    ``count`` and ``size`` say in words how many maps there are and how large one is. ``face`` is the picture that
    stands for the section in the row. ``around`` are the bits of switches that leave the encoder here.
    """

    key: str
    title: str
    count: str
    size: str
    face: Picture
    share: float  # how large to draw it, where 1 is the input picture
    tone: str
    views: tuple[View, ...]
    layers: tuple[Layer, ...]
    around: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the browser."""
        values = {name: getattr(self, name) for name in ("key", "title", "count", "size", "share", "tone", "around")}
        height, width = self.face.shape[:2]
        face = {"sprite": data_url(self.face), "height": height, "width": width}
        return {
            **values,
            "face": face,
            "views": [view.as_dict() for view in self.views],
            "layers": [asdict(layer) for layer in self.layers],
        }
