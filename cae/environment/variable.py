"""A field of a dataclass that an environment variable sets: what it means, and which texts it takes.

The variable of the field ``time_budget`` is ``CAE_TIME_BUDGET``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Protocol

__all__ = [
    "Amount",
    "Cluster",
    "Count",
    "Folder",
    "OneOf",
    "Origins",
    "Seconds",
    "Secret",
    "Switch",
    "given",
    "variables",
]

PREFIX = "CAE_"


class Kind(Protocol):
    """``read`` raises ``ValueError`` for a text that is none of its values; ``str`` tells in words which are."""

    def read(self, text: str) -> Any: ...

    def written(self, value: Any) -> str:
        """A value as the documentation shows it."""
        ...


@dataclass(frozen=True)
class Count:
    """A whole number."""

    most: int
    least: int = 1
    unit: str = ""

    def read(self, text: str) -> int:
        value = int(text) if re.fullmatch("[0-9]{1,15}", text) else -1
        if not self.least <= value <= self.most:
            raise ValueError
        return value

    def written(self, value: int) -> str:
        return f"{value:,}{self.unit}"

    def __str__(self) -> str:
        return f"a whole number from {self.least} to {self.most:,}"


@dataclass(frozen=True)
class Seconds:
    """A duration above zero."""

    most: int = 604_800  # a week

    def read(self, text: str) -> float:
        value = _number(text)
        if not 0 < value <= self.most:
            raise ValueError
        return value

    def written(self, value: float) -> str:
        return f"{value:g} s"

    def __str__(self) -> str:
        return f"a number of seconds above 0, at most {self.most:,}"


@dataclass(frozen=True)
class Amount:
    """A number, which may be a part of one."""

    least: float
    most: float

    def read(self, text: str) -> float:
        value = _number(text)
        if not self.least <= value <= self.most:
            raise ValueError
        return value

    def written(self, value: float) -> str:
        return f"{value:g}"

    def __str__(self) -> str:
        return f"a number from {self.least:g} to {self.most:g}"


@dataclass(frozen=True)
class Cluster:
    """The address of a Ray cluster: ``auto``, or ``host:port`` of its head node."""

    def read(self, text: str) -> str:
        host, colon, port = text.rpartition(":")
        is_address = colon and re.fullmatch(r"[A-Za-z0-9._-]{1,250}|\[[0-9A-Fa-f:.]{2,40}\]", host)
        if text != "auto" and not (is_address and re.fullmatch("[0-9]{1,5}", port) and 0 < int(port) < 65_536):
            raise ValueError
        return text

    def written(self, value: str) -> str:
        return f"`{value}`" if value else "not set"

    def __str__(self) -> str:
        return "auto, or an address like 10.0.0.5:6379"


@dataclass(frozen=True)
class OneOf:
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, text: str) -> str:
        if text not in self.words:
            raise ValueError
        return text

    def written(self, value: str) -> str:
        return f"`{value}`"

    def __str__(self) -> str:
        return f"{', '.join(self.words[:-1])} or {self.words[-1]}"


@dataclass(frozen=True)
class Switch:
    """``on`` or ``off``."""

    def read(self, text: str) -> bool:
        return OneOf(("on", "off")).read(text) == "on"

    def written(self, value: bool) -> str:
        return "`on`" if value else "`off`"

    def __str__(self) -> str:
        return "on or off"


@dataclass(frozen=True)
class Folder:
    """A path. The folder need not be there yet, but it must not be a file."""

    def read(self, text: str) -> Path:
        if not text.strip():
            raise ValueError
        try:
            path = Path(text)
            if path.exists() and not path.is_dir():
                raise ValueError
        except OSError:  # longer than any name may be
            raise ValueError from None
        return path

    def written(self, value: Path) -> str:
        return f"`{value}/`"

    def __str__(self) -> str:
        return "the path of a folder"


@dataclass(frozen=True)
class Secret:
    """A text that nobody can guess. It is never repeated in a message."""

    least: int = 16

    def read(self, text: str) -> str:
        if not re.fullmatch(rf"[!-~]{{{self.least},200}}", text):
            raise ValueError
        return text

    def written(self, value: str) -> str:
        return "not set"

    def __str__(self) -> str:
        return f"{self.least} to 200 letters, digits or ASCII punctuation"


@dataclass(frozen=True)
class Origins:
    """Addresses of sites, ``https://example.org``, separated by spaces; or the word ``nobody``."""

    def read(self, text: str) -> tuple[str, ...]:
        if text == "nobody":
            return ()
        if not (sites := tuple(text.split())) or not all(map(self._is_origin, sites)):
            raise ValueError
        return sites

    @staticmethod
    def _is_origin(text: str) -> bool:
        return bool(re.fullmatch(r"https?://(\*\.)?[a-z0-9.-]{1,250}(:[0-9]{1,5})?", text))

    def written(self, value: tuple[str, ...]) -> str:
        return f"`{' '.join(value) or 'nobody'}`"

    def __str__(self) -> str:
        return "addresses like https://example.org, separated by spaces, or nobody"


def _number(text: str) -> float:
    """A decimal number without a sign. Raises ``ValueError`` for other texts, such as ``nan`` and ``1e99``."""
    if not re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,15})?", text):
        raise ValueError
    return float(text)


@dataclass(frozen=True)
class Variable:
    """What is said about a field: in the documentation, and when its value is refused."""

    meaning: str
    kind: Kind

    def read(self, name: str, text: str) -> Any:
        """The value that ``text`` gives. Raises ``ValueError`` with a sentence that names the variable."""
        try:
            return self.kind.read(text)
        except ValueError:
            what = "not allowed" if isinstance(self.kind, Secret) else text if text.strip() else "empty"
            raise ValueError(f"The environment variable {name} is {what}; it must be {self.kind}.") from None


def variable(default: Any, meaning: str, kind: Kind) -> Any:
    """A field with its variable."""
    about = {"variable": Variable(meaning, kind)}
    return field(default=default, repr=not isinstance(kind, Secret), metadata=about)


def variables(config: type) -> Iterator[tuple[str, Field[Any], Variable]]:
    """Name, field and meaning of each variable of a dataclass, in their order."""
    for one in fields(config):
        if "variable" in one.metadata:
            yield PREFIX + one.name.upper(), one, one.metadata["variable"]


def given(config: type, texts: Mapping[str, str]) -> dict[str, Any]:
    """The fields of ``config`` whose variables are set, with their values. Raises ``ValueError`` with a sentence."""
    return {one.name: about.read(name, texts[name]) for name, one, about in variables(config) if name in texts}
