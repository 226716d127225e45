"""How many bits the code has, and how many bits of switches bypass it."""

from __future__ import annotations

from html import escape

import streamlit as st

from cae.config import ModelConfig
from cae.ui.parts import palette

__all__ = ["budget", "numbers"]

CODE_BITS = 32  # of a float32; an upper bound of what a number of the code can hold


def budget(model: ModelConfig) -> None:
    """The bits of the picture, of the code and of the switches of each pooling, as bars on one scale."""
    shape, size = model.picture, f"{numbers(model.code_numbers)} of {CODE_BITS} bits"
    rows = [
        ("The picture", f"{shape.values:,} values of 8 bits: {shape}", shape.bits, palette.ORIGINAL),
        ("The code", size, CODE_BITS * model.code_numbers, palette.RECONSTRUCTION),
    ]
    if model.switch_bits:
        each = zip(model.channels, model.sides[1:], model.switch_bits_by_stage, strict=True)
        for stage, (maps, side, bits) in enumerate(each, 1):
            windows = f"{maps} maps of {side}×{side} windows, 2 bits each"
            rows.append((f"Switches, pooling {stage}", windows, bits, palette.DIFFERENCE))
    else:
        rows.append(("Switches", "none", 0, palette.DIFFERENCE))
    most = max(bits for _, _, bits, _ in rows)
    bars = "".join(
        f'<div style="--tone:{tone};--share:{bits / most:.4f}"><dt>{escape(what)}<small>{escape(how)}</small></dt>'
        f"<dd>{bits:,} bits</dd></div>"
        for what, how, bits, tone in rows
    )
    st.html(f'<dl class="budget">{bars}</dl>')


def numbers(count: int) -> str:
    """``1 number``, ``2 numbers``."""
    return f"{count:,} number{'s' * (count != 1)}"
