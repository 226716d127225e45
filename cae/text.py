"""Text from anybody, for people: error messages of one sentence, on one line, and text without markup."""

from __future__ import annotations

import re

__all__ = ["plain", "printable", "sentence"]


def sentence(error: Exception) -> str:
    """The error's message (for a file, the system's) on one line, with a full stop."""
    if isinstance(error, OSError) and error.strerror:
        return printable(f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}.")
    words = printable(" ".join(str(error).split()))
    return words if words.endswith(".") else f"{words}."


def printable(text: str) -> str:
    """The text with unprintable characters and line ends escaped: ``\\n``, ``\\ud800``."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def plain(text: str) -> str:
    """Escape all Markdown in untrusted text, so that it cannot become a link or a picture."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)  # all ASCII punctuation, which is all that Markdown uses
