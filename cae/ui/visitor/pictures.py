"""The pictures that a page can load: those of the named data sets, for everybody, and the visitor's own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from secrets import token_hex
from typing import TYPE_CHECKING

from cae.data.download import Progress
from cae.registry import DATASETS, OWN, Shape
from cae.ui.visitor.identity import visitor
from cae.ui.visitor.kept import Kept

if TYPE_CHECKING:
    from torch import Tensor

    from cae.data.datasets import Dataset

__all__ = ["Own", "Pictures", "forget_own", "keep_own", "own_pictures", "pictures"]


MAX_BYTES = 1_000_000_000  # of all visitors' own pictures together


@dataclass(frozen=True, eq=False)
class Pictures:
    """A data set that can be loaded.

    Attributes:
        key: tells it from all others.
        load: raises ``OSError`` if it cannot be loaded.
        first: the first so many pictures of the validation split; None if they cannot be had quickly.
        kept: what came of it.
    """

    name: str
    key: str
    load: Callable[[Progress], Dataset]
    first: Callable[[int], Tensor | None]
    kept: Kept = field(default_factory=Kept)


@dataclass(frozen=True, eq=False)
class Own:
    """The pictures that one visitor has uploaded, and a few words on what came of the upload."""

    dataset: Dataset
    report: str
    pictures: Pictures

    @property
    def shape(self) -> Shape:
        return self.dataset.shape

    @property
    def nbytes(self) -> int:
        """Bytes of its pictures."""
        parts = (self.dataset.train, self.dataset.validation, self.dataset.test)
        return sum(part.images.nbytes for part in parts)


def pictures(name: str) -> Pictures:
    """The pictures called ``name``. Raises ``LookupError`` for own pictures that are not this visitor's."""
    if name in DATASETS:
        return _named(name)
    mine = own_pictures() if name == OWN else None
    if mine is None:
        raise LookupError("A person's own pictures are there for this person only.")
    return mine.pictures


def own_pictures() -> Own | None:
    """What the visitor has uploaded, if anything."""
    with _lock:
        return _own.get(visitor())


def keep_own(owner: str, dataset: Dataset, report: str) -> None:
    """Keep a visitor's uploaded pictures, in place of earlier ones. Beyond a limit, the oldest are dropped."""
    source = Pictures(OWN, f"{OWN} {token_hex(8)}", lambda _: dataset, lambda count: dataset.validation.images[:count])
    with _lock:
        _own.pop(owner, None)
        _own[owner] = Own(dataset, report, source)
        while len(_own) > 1 and sum(one.nbytes for one in _own.values()) > MAX_BYTES:
            del _own[next(iter(_own))]


def forget_own(owner: str) -> None:
    """Drop a visitor's uploaded pictures, with all that was computed from them."""
    with _lock:
        _own.pop(owner, None)


_own: dict[str, Own] = {}  # by visitor, the oldest first
_lock = threading.Lock()


@cache
def _named(name: str) -> Pictures:
    def load(progress: Progress) -> Dataset:
        from cae.data import datasets

        return datasets.load(name, progress=progress)

    def first(count: int) -> Tensor | None:
        from cae.data.datasets import first_validation_images

        return first_validation_images(name, count)

    return Pictures(name, name, load, first)
