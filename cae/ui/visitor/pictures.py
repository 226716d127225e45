"""The pictures that a page can load: those of the named data sets, for everybody, and the visitor's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from cae.data.download import Progress
from cae.registry import DATASETS, OWN
from cae.ui.visitor.identity import visitor
from cae.ui.visitor.kept import Kept
from cae.ui.visitor.own_store import Own
from cae.ui.visitor.services import own_store

if TYPE_CHECKING:
    from torch import Tensor

    from cae.data.datasets import Dataset

__all__ = ["Pictures", "own_pictures", "pictures"]


@dataclass(frozen=True, eq=False)
class Pictures:
    """A data set that can be loaded.

    Attributes:
        key: tells it from all others.
        load: raises ``OSError`` if it cannot be loaded.
        first: the first so many pictures of the validation split; None if they cannot be had quickly.
        kept: what was computed from it.
    """

    name: str
    key: str
    load: Callable[[Progress], Dataset]
    first: Callable[[int], Tensor | None]
    kept: Kept = field(default_factory=Kept)


def pictures(name: str) -> Pictures:
    """The pictures called ``name``. Raises ``LookupError`` for own pictures that are not this visitor's."""
    if name in DATASETS:
        return _named(name)
    mine = own_pictures() if name == OWN else None
    if mine is None:
        raise LookupError("A person's own pictures are there for this person only.")
    dataset = mine.dataset
    return Pictures(name, mine.key, lambda _: dataset, lambda count: dataset.validation.images[:count], mine.kept)


def own_pictures() -> Own | None:
    """What the visitor has uploaded, if anything."""
    return own_store().of(visitor())


@st.cache_resource(show_spinner=False)
def _named(name: str) -> Pictures:
    def load(progress: Progress) -> Dataset:
        from cae.data import datasets

        return datasets.load(name, progress=progress)

    def first(count: int) -> Tensor | None:
        from cae.data.datasets import first_validation_images

        return first_validation_images(name, count)

    return Pictures(name, name, load, first)
