"""The sentences at the top of a page."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cae.registry import worded

__all__ = ["introduction"]


def introduction(text: str) -> Callable[[str], None]:
    """Show a text about digits at once, while the networks are still being loaded.

    Returns a function that words it for the data set of the chosen network.
    """
    place = st.empty()
    place.write(text)
    return lambda dataset: place.write(worded(text, dataset))
