"""The pen tells of a stroke when it goes up. The canvas alone waits for a fifth of a second, should another follow."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

__all__ = ["tell_at_once"]

_mount = st.components.v2.component("pen", js=Path(__file__).with_suffix(".js").read_text())


def tell_at_once() -> None:
    """Have every stroke on this page's canvas told at once; should the browser not manage, the canvas tells later."""
    with st._event:  # where Streamlit keeps toasts: elsewhere a placeholder is seen until the component has loaded
        _mount(key="pen")
