"""Numbers, times and free text as a page can show them."""

from __future__ import annotations

import math
import re

__all__ = ["duration", "number", "plain"]


def plain(text: str) -> str:
    """Text in which Markdown finds nothing to do: what an address says must not become a link or a picture."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)  # ASCII punctuation: all that Markdown looks for


def number(value: float) -> str:
    """Three significant digits."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "–"
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}" if digits <= 6 else f"{value:.2e}"


def duration(seconds: float) -> str:
    """A time as a person would tell it."""
    if seconds < 90:
        return f"{seconds:.0f}\N{NO-BREAK SPACE}s" if seconds >= 9.5 else f"{seconds:.1f}\N{NO-BREAK SPACE}s"
    return f"{seconds / 60:,.0f}\N{NO-BREAK SPACE}min"
