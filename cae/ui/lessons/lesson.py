"""A lesson: a question, a prediction, steps on the app's pages, and what was seen. Each is a TOML file."""

from __future__ import annotations

import logging
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cae.once import once
from cae.text import sentence
from cae.ui.lessons.addresses import Address, parse

__all__ = ["FOLDER", "Lesson", "Lessons", "Prediction", "Step", "lessons", "read", "read_all", "report"]

FOLDER = Path(__file__).parents[3] / "assets" / "lessons"
FEWEST_CHOICES = 2


@dataclass(frozen=True)
class Prediction:
    """A question with several answers; ``right`` is the index of the one that happens."""

    question: str
    choices: tuple[str, ...]
    right: int


@dataclass(frozen=True)
class Step:
    """What to do and look at (Markdown), and a link to the page where that is, with its settings."""

    do: str
    link: str
    address: Address


@dataclass(frozen=True)
class Lesson:
    """One lesson. ``about``, ``seen`` and ``measured`` are Markdown.

    ``name`` is the file's, without its ending. ``measured`` says on which data and networks the figures in ``seen``
    were measured.
    """

    name: str
    title: str
    question: str
    about: str
    prediction: Prediction
    steps: tuple[Step, ...]
    seen: str
    measured: str


@dataclass(frozen=True)
class Lessons:
    """The lessons of a folder in the order of their file names, and a sentence for each file that is none."""

    lessons: tuple[Lesson, ...]
    problems: tuple[str, ...]


@once
def lessons() -> Lessons:
    """The app's lessons, read once."""
    return read_all(FOLDER)


def report() -> None:
    """Write a line about each file that is no lesson into the server's log."""
    for problem in lessons().problems:
        logging.getLogger(__name__).error(problem)


def read_all(folder: Path) -> Lessons:
    """All lessons of a folder: its files ``*.toml``."""
    found, problems = [], []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append(read(path))
        except (ValueError, OSError) as problem:
            problems.append(sentence(problem))
    return Lessons(tuple(found), tuple(problems))


def read(path: Path) -> Lesson:
    """Read a lesson.

    Raises:
        OSError: if the file cannot be read.
        ValueError: with a sentence that names the file, if it is not a lesson.
    """
    try:
        return _lesson(path.stem, tomllib.loads(path.read_text("utf-8")))
    except ValueError as problem:  # a file that is not TOML or not UTF-8, too
        raise ValueError(f"{path.name} is not a lesson: {problem}") from None


def _lesson(name: str, given: dict[str, Any]) -> Lesson:
    _has_exactly(given, "the file", ("title", "question", "about", "prediction", "steps", "seen"))
    seen = _table(given["seen"], "[seen]", ("text", "measured"))
    steps = given["steps"]
    if not isinstance(steps, list) or not steps:
        raise ValueError("it needs at least one [[steps]].")
    return Lesson(
        name,
        _text(given, "title", "the file"),
        _text(given, "question", "the file"),
        _text(given, "about", "the file"),
        _prediction(_table(given["prediction"], "[prediction]", ("question", "choices", "right"))),
        tuple(_step(step, f"step {number}") for number, step in enumerate(steps, 1)),
        _text(seen, "text", "[seen]"),
        _text(seen, "measured", "[seen]"),
    )


def _prediction(given: dict[str, Any]) -> Prediction:
    where = "[prediction]"
    choices, right = given["choices"], given["right"]
    if not isinstance(choices, list) or len(choices) < FEWEST_CHOICES or not all(map(_is_text, choices)):
        raise ValueError(f"choices in {where} must be a list of at least {FEWEST_CHOICES} texts.")
    if len(set(choices)) < len(choices):
        raise ValueError(f"two choices in {where} are the same.")
    if not isinstance(right, int) or isinstance(right, bool) or not 1 <= right <= len(choices):
        raise ValueError(f"right in {where} must be the number of a choice, 1 to {len(choices)}.")
    return Prediction(_text(given, "question", where), tuple(choices), right - 1)


def _step(given: Any, where: str) -> Step:
    table = _table(given, where, ("do", "link", "address"))
    do, link, address = (_text(table, name, where) for name in table)
    try:
        return Step(do, link, parse(address))
    except ValueError as problem:
        raise ValueError(f"the address of {where} cannot be used: {problem}") from None


def _table(given: Any, where: str, names: tuple[str, ...]) -> dict[str, Any]:
    """The table with its fields in this order."""
    if not isinstance(given, dict):
        raise ValueError(f"{where} must be a table.")
    _has_exactly(given, where, names)
    return {name: given[name] for name in names}


def _has_exactly(given: dict[str, Any], where: str, names: tuple[str, ...]) -> None:
    for name in names:
        if name not in given:
            raise ValueError(f"{where} needs “{name}”.")
    for name in given:
        if name not in names:
            raise ValueError(f"“{name}” is not known in {where}, which has {', '.join(names)}.")


def _text(given: dict[str, Any], name: str, where: str) -> str:
    if not _is_text(given[name]):
        raise ValueError(f"“{name}” in {where} must be a text, and not empty.")
    text: str = given[name]
    return text.strip()


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
