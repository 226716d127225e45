"""Which visitors are connected, and for how long the others have been away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

__all__ = ["Visitors"]


@dataclass(frozen=True)
class _Visitor:
    connections: int = 0
    left: float = 0.0  # time at which the last connection ended


class Visitors:
    """Not safe across threads: its owner holds a lock. A visitor who has never arrived counts as here."""

    def __init__(self) -> None:
        self._known: dict[str, _Visitor] = {}

    def arrive(self, owner: str) -> None:
        """One more connection of this visitor."""
        now = self._known.get(owner, _Visitor())
        self._known[owner] = replace(now, connections=now.connections + 1)

    def leave(self, owner: str) -> None:
        """One connection less of this visitor."""
        if now := self._known.get(owner):
            self._known[owner] = replace(now, connections=max(0, now.connections - 1), left=time.monotonic())

    def away(self, owner: str) -> float:
        """Seconds since the visitor's last connection ended; 0 while connected."""
        now = self._known.get(owner)
        return time.monotonic() - now.left if now and now.left and not now.connections else 0.0

    def all_away(self) -> Iterator[tuple[str, float]]:
        """Yield every visitor who is away, with the seconds."""
        for owner in tuple(self._known):
            if seconds := self.away(owner):
                yield owner, seconds

    def forget(self, owner: str) -> None:
        """Drop what is known of this visitor."""
        self._known.pop(owner, None)
