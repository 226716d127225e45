"""The picture, its damage and its repairs, with an eraser that works while it moves."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cae.config import Corruption
from cae.images import Images
from cae.ui.damage.damages import STRENGTHS
from cae.ui.damage.ways import Repaired
from cae.ui.parts import palette
from cae.ui.parts.damage import amount
from cae.ui.parts.images import Picture, error_table
from cae.ui.parts.packed import packed
from cae.ui.parts.program.in_the_page import in_the_page
from cae.ui.parts.text import number

__all__ = ["FIRST", "about", "erased", "repair_view", "strength", "without"]

FIRST = 8  # the strength at first, by its place: 0.4
_HERE = Path(__file__).parent
_KEY = "repair_view"


def _html() -> str:
    html = (_HERE / "repair_view.html").read_text()
    return html.replace("ORIGINAL", palette.ORIGINAL).replace("DIFFERENCE", palette.DIFFERENCE)


_mount = st.components.v2.component(
    "repair_view",
    html=_html(),
    css=(_HERE / "repair_view.css").read_text(),
    js=(_HERE / "repair_view.js").read_text(),
)


def about(picture: Picture, kind: Corruption, seed: int) -> str:
    """Identifies the damaged picture: another one has nothing erased."""
    return f"{sha256(picture.tobytes()).hexdigest()[:16]} {kind} {seed}"


def erased(about: str, side: int) -> NDArray[np.bool_]:
    """The pixels (side, side) that the visitor has erased in this picture."""
    told = st.session_state.get(_KEY, {}).get("erased")
    if isinstance(told, dict) and told.get("about") == about:
        try:
            pixels = base64.b64decode(str(told.get("pixels")), validate=True)
        except ValueError:
            pixels = b""
        if len(pixels) == side**2:
            return np.frombuffer(pixels, np.uint8).reshape(side, side) > 0
    return np.zeros((side, side), bool)


def without(pictures: Images, erased: NDArray[np.bool_]) -> Images:
    """The pictures with the erased pixels black."""
    left: Images = np.where(erased[..., None] if pictures.ndim == 4 else erased, 0, pictures).astype(np.uint8)
    return left


def strength() -> float:
    """Where the slider is."""
    told = st.session_state.get(_KEY, {}).get("strength", FIRST)
    return STRENGTHS[told] if isinstance(told, int) and told in range(len(STRENGTHS)) else STRENGTHS[FIRST]


def repair_view(
    picture: Picture,
    kind: Corruption,
    about: str,
    damages: Images,
    erased: NDArray[np.bool_],
    ways: Sequence[Repaired],
    first: str,
) -> None:
    """Show it.

    Args:
        damages: the picture at each strength, before anything was erased.
        ways: what each way makes of them, after it.
        first: the title of the way that is shown large at first.
    """
    several = len(damages) > 1
    given = without(damages, erased)
    data = {
        "side": len(picture),
        "about": about,
        "original": packed(picture),
        "damages": packed(damages),
        "erased": packed(erased),
        "errors": [
            number(float(error)) for error in np.square((given - 1.0 * picture) / 255).reshape(len(given), -1).mean(1)
        ],
        "amounts": [amount(kind, one, len(picture)) for one in STRENGTHS] if several else [""],
        "at": STRENGTHS.index(strength()) if several else 0,
        "first": first,
        "colours": packed(error_table()),
        "ways": [_way(one) for one in ways],
    }
    _mount(
        key=_KEY,
        data=data,
        default={"erased": None, "strength": FIRST},
        on_erased_change=lambda: None,
        on_strength_change=lambda: None,
    )


def _way(one: Repaired) -> dict[str, Any]:
    return {
        "title": one.title,
        "note": one.note,
        "tone": one.tone,
        "network": in_the_page(one.run) if one.run else None,
        "pictures": packed(one.images),
        "figures": [[number(each.mse), f"{number(each.psnr)} dB", number(each.ssim)] for each in one.figures],
    }
