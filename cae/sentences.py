"""What went wrong, as one sentence that a person can act on."""

from __future__ import annotations

__all__ = ["sentence"]


def sentence(error: Exception) -> str:
    """The error's own words, or for a file the system's, on one line and with a full stop."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
    words = " ".join(str(error).split())
    return words if words.endswith(".") else f"{words}."
