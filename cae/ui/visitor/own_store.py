"""The pictures that visitors have uploaded, in memory, until the visitor removes them or has been away for long."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from secrets import token_hex
from typing import TYPE_CHECKING

from cae.environment import MEGABYTE, Environment
from cae.registry import Shape
from cae.ui.visitor.kept import Kept

if TYPE_CHECKING:
    from cae.data.datasets import Dataset

__all__ = ["Own", "OwnStore"]


@dataclass(frozen=True, eq=False)
class Own:
    """One visitor's pictures, a few words on what came of the upload, and what was computed from them since."""

    dataset: Dataset
    report: str
    key: str = field(default_factory=lambda: token_hex(8))
    kept: Kept = field(default_factory=Kept)

    @property
    def shape(self) -> Shape:
        return self.dataset.shape

    @property
    def nbytes(self) -> int:
        """Bytes of its pictures."""
        parts = (self.dataset.train, self.dataset.validation, self.dataset.test)
        return sum(part.images.nbytes for part in parts)


class OwnStore:
    """Safe across threads. A visitor has one set of pictures. Beyond a limit, the oldest sets are dropped."""

    def __init__(self, max_bytes: int = Environment.pictures_mb * MEGABYTE) -> None:
        self.max_bytes = max_bytes  # of all visitors together
        self._own: dict[str, Own] = {}  # by owner, the oldest first
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Bytes of all visitors' pictures."""
        with self._lock:
            return self._nbytes()

    def of(self, owner: str) -> Own | None:
        """A visitor's pictures, if there are any."""
        with self._lock:
            return self._own.get(owner)

    def put(self, owner: str, own: Own) -> None:
        """Keep these pictures, in place of the visitor's earlier ones."""
        with self._lock:
            self._own.pop(owner, None)
            self._own[owner] = own
            while len(self._own) > 1 and self._nbytes() > self.max_bytes:
                del self._own[next(iter(self._own))]

    def _nbytes(self) -> int:
        return sum(one.nbytes for one in self._own.values())

    def forget(self, owner: str) -> None:
        """Drop a visitor's pictures, with all that was computed from them."""
        with self._lock:
            self._own.pop(owner, None)
