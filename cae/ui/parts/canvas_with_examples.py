"""The canvas above the examples, for pages that are run again after every stroke."""

from __future__ import annotations

import streamlit as st

from cae.ui.parts.canvas import canvas
from cae.ui.parts.examples import examples

__all__ = ["canvas_with_examples"]


def canvas_with_examples() -> None:
    """Show both, one below the other."""
    canvas(rerun=True)
    st.caption("Start from an example:")
    examples()
