"""Files that may be pictures, wherever they come from: their names, their bytes, and the folder they were in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Protocol

from cae.text import printable

__all__ = ["NO_FOLDER", "File", "Files", "Unread", "called", "class_of", "is_noise", "short"]

NO_FOLDER = "pictures"  # the class of pictures that are in no subfolder
LONGEST_NAME = 60  # characters, as it is shown
SYSTEM_FILES = {"thumbs.db", "ehthumbs.db", "desktop.ini"}


class Unread(ValueError):
    """Why one file cannot be read, in a sentence. The others can."""


File = tuple[str, bytes | Unread]
"""A file's name, with ``/`` between its folders, and its bytes or why there are none."""


class Files(Protocol):
    """Files that are read one at a time: a list of names with bytes, an ``Archive``, a ``PictureFolder``.

    ``len()`` is how many there are at most, to tell the progress.
    """

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[File]: ...


def is_noise(name: str) -> bool:
    """Whether a file is a folder, hidden, or the operating system's own: nobody wants to hear of it."""
    parts = [part for part in name.split("/") if part not in ("", ".", "..")]
    if not parts or name.endswith("/"):
        return True
    return any(part.startswith(".") or part == "__MACOSX" for part in parts) or parts[-1].lower() in SYSTEM_FILES


def class_of(name: str) -> str:
    """The class of the file called ``name``: the name of the folder that it is in."""
    folders = [part for part in name.split("/")[:-1] if part.strip() not in ("", ".")]
    return short(folders[-1]) if folders else NO_FOLDER


def short(name: str) -> str:
    """A class's name or a title: printable, of at most 60 characters, and its accents composed (Unicode NFC)."""
    shown = printable(unicodedata.normalize("NFC", name.strip()))
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"


def called(name: str) -> str:
    """The file's name in a sentence: printable, and of a long one the end."""
    shown = printable(name)
    return shown if len(shown) <= LONGEST_NAME else f"…{shown[1 - LONGEST_NAME :]}"
