"""Format numbers and durations for a page; ``plain`` is of ``cae.text``."""

from __future__ import annotations

import math

from cae.text import plain

__all__ = ["duration", "number", "plain"]


def number(value: float) -> str:
    """``value`` with three significant digits; ∞ for infinity, – for NaN and −∞."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "–"
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}" if digits <= 6 else f"{value:.2e}"


def duration(seconds: float) -> str:
    """A duration as seconds below 90 s, else as minutes."""
    if seconds < 90:
        return f"{seconds:.0f}\N{NO-BREAK SPACE}s" if seconds >= 9.5 else f"{seconds:.1f}\N{NO-BREAK SPACE}s"
    return f"{seconds / 60:,.0f}\N{NO-BREAK SPACE}min"
