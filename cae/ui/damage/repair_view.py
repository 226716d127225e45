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
from cae.training.events import Images
from cae.ui.damage.damages import STRENGTHS
from cae.ui.damage.ways import Repaired
from cae.ui.parts import palette
from cae.ui.parts.damage import amount
from cae.ui.parts.images import Picture, error_table
from cae.ui.parts.packed import packed
from cae.ui.parts.program.in_the_page import in_the_page
from cae.ui.parts.text import number

__all__ = ["FIRST", "about", "erased", "repair_view", "strength"]

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


def erased(about: str) -> NDArray[np.bool_]:
    """The pixels (28, 28) that the visitor has erased in this picture."""
    told = st.session_state.get(_KEY, {}).get("erased")
    if isinstance(told, dict) and told.get("about") == about:
        try:
            pixels = base64.b64decode(str(told.get("pixels")), validate=True)
        except ValueError:
            pixels = b""
        if len(pixels) == 28 * 28:
            return np.frombuffer(pixels, np.uint8).reshape(28, 28) > 0
    return np.zeros((28, 28), bool)


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
    given = np.where(erased, 0, damages)
    data = {
        "about": about,
        "original": packed(picture),
        "damages": packed(damages),
        "erased": packed(erased),
        "errors": [number(float(error)) for error in np.square((given - 1.0 * picture) / 255).mean((1, 2))],
        "amounts": [amount(kind, one) for one in STRENGTHS] if several else [""],
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
