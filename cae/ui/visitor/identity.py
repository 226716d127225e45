"""The visitor's identity, which survives a reload of the page.

It is stored in the tab's ``sessionStorage``. Cookies would not do: a Hugging Face Space runs in a frame, where they
are blocked. The address would not do: people share it. The server makes an identity for every new session. The tab
replies only if it has stored another one.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path

import streamlit as st

from cae.ui.visitor.services import training

__all__ = ["recognise", "visitor"]

TAB = "visitor-tab"
KEPT = re.compile("[0-9a-f]{32}")  # 128 random bits: whoever guessed an identity could stop that visitor's run

_mount = st.components.v2.component("identity", js=Path(__file__).with_suffix(".js").read_text())


def recognise() -> str:
    """Read the identity from the tab and return it. The frame calls this first on every full run."""
    with st.container(key="unseen-identity"):  # hidden by assets/style.css
        _mount(key=TAB, data={"visitor": visitor()}, on_kept_change=lambda: None)
    return visitor()


def visitor() -> str:
    """The identity of this browser tab: 32 hexadecimal digits.

    The tab's reply counts as soon as it has arrived, also in a callback, which runs before the frame.
    """
    mine: str = st.session_state.setdefault("visitor", secrets.token_hex(16))
    kept = st.session_state.get(TAB, {}).get("kept")
    if kept == mine or not (isinstance(kept, str) and KEPT.fullmatch(kept)):
        return mine
    st.session_state["visitor"] = kept
    for job in training().of(mine):  # started before the tab replied; under the old identity nobody could see it
        training().stop(job.id)
    return kept
