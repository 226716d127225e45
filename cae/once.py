"""What is made once and then shared, also if several threads ask for it at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache, update_wrapper
from typing import Generic, TypeVar

__all__ = ["once"]

T = TypeVar("T")


class once(Generic[T]):
    """Cache the result of a function without arguments. A call that raises is not cached.

    ``functools.cache`` runs the function again for every thread that asks before the first result is there. Here all
    of them wait for that result.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._lock, self._made = threading.Lock(), cache(make)
        update_wrapper(self, make)

    def __call__(self) -> T:
        with self._lock:
            return self._made()

    def cache_clear(self) -> None:
        """Make it anew at the next call."""
        self._made.cache_clear()
