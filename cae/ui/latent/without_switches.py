"""The Latent page is for networks whose decoder needs the code alone."""

from __future__ import annotations

import streamlit as st

from cae.runs.run import Run, title
from cae.ui.networks import shipped
from cae.ui.parts.text import plain

__all__ = ["require"]

OTHER = "bottleneck-2"


def require(run: Run, key: str) -> None:
    """Stop the page if the network's decoder needs switches; say why, and offer one that does not.

    ``key`` is that of the select box with the network.
    """
    if not run.config.model.needs_switches:
        return
    st.info(
        f"The decoder of {plain(run.title)} needs the switches of a picture: where each maximum was. A place on a map "
        "of codes has none, so there is nothing to draw from."
    )
    if OTHER in shipped.shipped():
        st.button(f"Show the map of {title(OTHER)}", on_click=_choose, args=[key], type="primary")
    st.stop()


def _choose(key: str) -> None:
    st.session_state[key] = OTHER
