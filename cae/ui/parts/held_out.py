"""The first held-out pictures of a data set, without loading the rest: what a run watches, where a page starts."""

from __future__ import annotations

from cae.images import Images, arrays
from cae.inference import on_thread
from cae.registry import Shape
from cae.ui.parts.examples import example_pictures
from cae.ui.visitor.pictures import Pictures, pictures

__all__ = ["held_out", "held_out_if_there"]

MOST = 10


def held_out(name: str, shape: Shape, count: int) -> Images:
    """The first pictures of the validation split; example digits in this shape while the data set is not there."""
    found = held_out_if_there(name, shape)
    return (example_pictures(shape) if found is None else found)[:count]


def held_out_if_there(name: str, shape: Shape) -> Images | None:
    """The first ten of them; None if they are not there, or, of own pictures, have another shape."""
    try:
        source = pictures(name)
    except LookupError:
        return None
    found = source.kept.get("held-out", source.key, lambda: on_thread(_first, source))
    if found is None:
        source.kept.forget("held-out")  # they may have been downloaded the next time
    return found if found is not None and found.shape[1:] == shape.array else None


def _first(source: Pictures) -> Images | None:
    found = source.first(MOST)
    return None if found is None else arrays(found)
