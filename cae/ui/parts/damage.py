"""The kinds of corruption in words. This module needs no torch."""

from __future__ import annotations

from cae.config import WIDEST_BLUR, Corruption

__all__ = ["SCALES", "TITLES", "amount", "damage"]

TITLES: dict[Corruption, str] = {
    "gaussian": "Gaussian noise",
    "salt-and-pepper": "Salt and pepper",
    "rectangle": "A black rectangle",
    "rows": "Missing rows",
    "blur": "Blur",
    "low-resolution": "Low resolution",
    "mixed": "One of six kinds",
}

SCALES: dict[Corruption, str] = {
    "gaussian": "standard deviation of the noise",
    "salt-and-pepper": "share of the pixels",
    "rectangle": "share of the area",
    "rows": "share of the rows",
    "blur": f"standard deviation (1 is {WIDEST_BLUR:g} pixels)",
    "low-resolution": "share of the resolution that is lost",
}
"""What the strength of each kind counts, for an axis."""


def amount(kind: Corruption, strength: float, side: int) -> str:
    """What the strength, 0 to 1, means for this kind, in pictures with this side.

    The units are those of ``cae.data.corruption.corrupt``.
    """
    share = f"{100 * strength:.3g} %"
    match kind:
        case "gaussian":
            return f"standard deviation {strength:.3g}"
        case "salt-and-pepper":
            return f"{share} of the pixels"
        case "rectangle":
            return f"{share} of the area"
        case "rows":
            return f"{round(strength * side)} of {side} rows"
        case "blur":
            return f"standard deviation {WIDEST_BLUR * strength:.3g} pixels"
        case "low-resolution":
            left = max(1, round(side * (1 - strength)))
            return f"{left}×{left} pixels"
        case "mixed":
            return f"strength up to {strength:.3g}"
        case "none":
            return "no damage"


def damage(kind: Corruption, strength: float, side: int) -> str:
    """The kind and its amount, to stand in a sentence."""
    return f"{TITLES[kind].lower().replace('gaussian', 'Gaussian')}, {amount(kind, strength, side)}"
