"""The runs that visitors have trained or uploaded, in memory, until the visitor has been away for long."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import replace

from cae.environment import MEGABYTE, Environment
from cae.runs.run import Run, title

__all__ = ["RunStore"]

LONGEST_NAME = 40  # characters
ODD = re.compile(r"[^\w .,()+-]+")  # characters that could be read as markup
# What Markdown reads in the others: emphasis, a bare link, a list; and code at the start, for "-" is shown as a space.
MARKUP = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])|(?<=\bwww)\.|^[ +-]+|(?<=\d)[.)]+(?=[ -])", re.IGNORECASE)


class RunStore:
    """Safe across threads. The titles of a visitor's runs differ. Beyond a limit, the oldest runs are dropped."""

    def __init__(
        self,
        reserved: Iterable[str] = (),
        runs_each: int = Environment.runs_each,
        max_bytes: int = Environment.runs_mb * MEGABYTE,
    ) -> None:
        self.runs_each = runs_each
        self.max_bytes = max_bytes  # of all visitors together
        self._reserved = set(map(title, reserved))
        self._runs: dict[tuple[str, str], Run] = {}  # by owner and name, oldest first
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Bytes of all visitors' runs."""
        with self._lock:
            return self._nbytes()

    def of(self, owner: str) -> tuple[Run, ...]:
        """A visitor's runs, oldest first."""
        with self._lock:
            return tuple(run for (whose, _), run in self._runs.items() if whose == owner)

    def put(self, owner: str, run: Run) -> Run:
        """Store a run. Returns it as stored: with another name, if the visitor has a run of this name already."""
        with self._lock:
            run = replace(run, name=self._free(owner, _clean(run.name) or "run"))
            self._runs[owner, run.name] = run
            mine = [key for key in self._runs if key[0] == owner]
            for key in mine[: -self.runs_each]:
                del self._runs[key]
            while len(self._runs) > 1 and self._nbytes() > self.max_bytes:
                del self._runs[next(iter(self._runs))]
            return run

    def rename(self, owner: str, name: str, wanted: str) -> str:
        """Rename a run; returns its new name. Raises ``ValueError`` for a name without a letter or digit."""
        wanted = _clean(wanted)
        if not wanted:
            raise ValueError("A name needs a letter or a digit.")
        with self._lock:
            key = (owner, name)
            if key not in self._runs or wanted == name:
                return name
            run = self._runs[key]
            others = [(one, kept) for one, kept in self._runs.items() if one != key]
            place = list(self._runs).index(key)
            self._runs = dict(others)
            wanted = self._free(owner, wanted)
            others.insert(place, ((owner, wanted), replace(run, name=wanted)))
            self._runs = dict(others)
            return wanted

    def remove(self, owner: str, name: str) -> None:
        """Drop a run, if it is there."""
        with self._lock:
            self._runs.pop((owner, name), None)

    def forget(self, owner: str) -> None:
        """Drop all runs of this visitor."""
        with self._lock:
            self._runs = {key: run for key, run in self._runs.items() if key[0] != owner}

    def _nbytes(self) -> int:
        return sum(kept.nbytes for kept in self._runs.values())

    def _free(self, owner: str, name: str) -> str:
        taken = self._reserved | {title(mine) for whose, mine in self._runs if whose == owner}
        free, copies = name, 1
        while title(free) in taken:
            copies += 1
            free = f"{name} ({copies})"
        return free


def _clean(name: str) -> str:
    """The name on one line, shortened, without markup; empty if no letter or digit is left."""
    clean = " ".join(MARKUP.sub(" ", ODD.sub(" ", name)).split())[:LONGEST_NAME].strip()
    return clean if re.search(r"\w", clean) else ""
