"""Settings: the domain, label and explanation of a field of the config dataclasses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any

from cae.text import printable

__all__ = [
    "Checked",
    "Choice",
    "Domain",
    "Integer",
    "Integers",
    "Real",
    "Setting",
    "chosen",
    "setting",
    "setting_of",
    "settings",
    "shown",
    "written",
]


@dataclass(frozen=True)
class Integer:
    """A whole number in [minimum, maximum]; with ``optional``, also None (written ``none``)."""

    minimum: int
    maximum: int
    optional: bool = False

    def accepts(self, value: object) -> bool:
        if value is None:
            return self.optional
        return isinstance(value, int) and not isinstance(value, bool) and self.minimum <= value <= self.maximum

    def parse(self, text: str) -> int | None:
        return None if self.optional and text.strip().lower() in ("", "none") else int(text)

    def __str__(self) -> str:
        return f"a whole number from {self.minimum} to {self.maximum}" + (" or none" if self.optional else "")


@dataclass(frozen=True)
class Real:
    """A finite number in [minimum, maximum]."""

    minimum: float
    maximum: float

    def accepts(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return self.minimum <= value <= self.maximum

    def parse(self, text: str) -> float:
        return float(text)

    def __str__(self) -> str:
        return f"a number from {self.minimum:g} to {self.maximum:g}"


@dataclass(frozen=True)
class Choice:
    """One of a few words; ``options`` maps each word to its explanation. Text after ``prefix`` is allowed, too."""

    options: Mapping[str, str]
    prefix: str = ""

    def accepts(self, value: object) -> bool:
        if not isinstance(value, str):
            return False
        return value in self.options or bool(self.prefix and value.removeprefix(self.prefix) not in ("", value))

    def parse(self, text: str) -> str:
        return text.strip()

    def __str__(self) -> str:
        return "one of " + ", ".join(self.options) + (f" or {self.prefix}PATH" if self.prefix else "")


@dataclass(frozen=True)
class Integers:
    """A tuple of one to ``longest`` whole numbers, each in [minimum, maximum]; written ``16,32``."""

    minimum: int
    maximum: int
    longest: int

    def accepts(self, value: object) -> bool:
        one = Integer(self.minimum, self.maximum)
        return isinstance(value, tuple) and 1 <= len(value) <= self.longest and all(map(one.accepts, value))

    def parse(self, text: str) -> tuple[int, ...]:
        return tuple(int(part) for part in text.replace("–", ",").split(","))

    def __str__(self) -> str:
        return f"one to {self.longest} whole numbers from {self.minimum} to {self.maximum}, such as 16,32"


Domain = Integer | Real | Choice | Integers


@dataclass(frozen=True)
class Setting:
    """A field's label, one line of help, and allowed values."""

    label: str
    help: str
    domain: Domain

    def parse(self, text: str, called: str) -> Any:
        """The value of ``text``. Raises ``ValueError`` that names the setting as ``called``."""
        try:
            return self.domain.parse(text)
        except ValueError:
            raise self.refusal(text, called) from None

    def refusal(self, value: object, called: str) -> ValueError:
        """The error for a value that is not allowed; it names the setting as ``called``."""
        return ValueError(f"{called} is {shown(value)}; it must be {self.domain}.")


def setting(default: Any, label: str, help: str, domain: Domain) -> Any:
    """A dataclass field that a person can set."""
    return field(default=default, metadata={"setting": Setting(label, help, domain)})


def settings(config: type | object) -> Iterator[tuple[Field[Any], Setting]]:
    """The fields of a config class that a person can set, each with its ``Setting``."""
    for one in fields(config):  # type: ignore[arg-type]
        if "setting" in one.metadata:
            yield one, one.metadata["setting"]


def chosen(*configs: object) -> Iterator[tuple[Field[Any], Setting, Any]]:
    """The settings of these configs, one after the other, each with its value."""
    for config in configs:
        for one, about in settings(config):
            yield one, about, getattr(config, one.name)


def setting_of(config: type | object, name: str) -> Setting:
    """The setting of the field with this name."""
    return next(about for field, about in settings(config) if field.name == name)


def written(value: object) -> str:
    """A value as its domain's ``parse`` reads it: ``16,32``, ``none``, ``0.008``."""
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)  # what is read back must be the same number
    return str(value)


def shown(value: object) -> str:
    """Any value as text for a message: on one line, printable, at most 60 characters."""
    try:
        text = printable(written(value)[:61])
    except (ValueError, RecursionError):  # a number of thousands of digits; lists in lists in lists
        return "too long to write"
    if not text.strip():
        return "empty"
    return text if len(text) <= 60 else text[:57] + "…"


class Checked:
    """A frozen dataclass whose settings are checked at construction; a ``ValueError`` names the field."""

    def __post_init__(self) -> None:
        for one, about, value in chosen(self):
            if isinstance(value, list):
                value = tuple(value)
            if not about.domain.accepts(value):
                raise about.refusal(value, one.name)
            object.__setattr__(self, one.name, float(value) if isinstance(about.domain, Real) else value)
