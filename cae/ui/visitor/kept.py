"""What was computed from something, kept with it: it is computed once, and goes when that goes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

__all__ = ["Kept"]

T = TypeVar("T")
MOST = 8  # results of one kind


class _Place:
    """The place of one result: whoever comes while it is computed waits for it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.result: list[Any] = []  # of one, when it is there


class Kept:
    """Results by kind and key. Of each kind the last used are kept. Thread-safe.

    For work that takes seconds keep a ``Task``, which tells how far it is.
    """

    def __init__(self) -> None:
        self._kinds: dict[str, dict[Hashable, _Place]] = {}
        self._lock = threading.Lock()

    def get(self, kind: str, key: Hashable, make: Callable[[], T], most: int = MOST) -> T:
        """The result of ``make``, which is called only where there is none yet. If it raises, nothing is kept."""
        with self._lock:
            there = self._kinds.setdefault(kind, {})
            place = there.pop(key, None) or _Place()
            there[key] = place  # ordered by last use
            while len(there) > most:
                del there[next(iter(there))]
        with place.lock:
            if not place.result:
                place.result.append(make())
            found: T = place.result[0]
            return found

    def forget(self, kind: str) -> None:
        """Drop all results of one kind."""
        with self._lock:
            self._kinds.pop(kind, None)
