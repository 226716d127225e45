"""Who the visitor is: the same after a reload of the page.

The identity lives in the tab's ``sessionStorage``. A Space is shown inside a frame, where cookies are blocked; and
an address is shared, which an identity must not be. The server makes one up for every new session, and the tab
speaks only where it has kept another.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path

import streamlit as st

from cae.ui.visitor.services import training

__all__ = ["recognise", "visitor"]

TAB = "visitor-tab"
KEPT = re.compile("[0-9a-f]{32}")  # whoever guessed another's identity could stop their run

_mount = st.components.v2.component("identity", js=Path(__file__).with_suffix(".js").read_text())


def recognise() -> str:
    """Ask the tab who it is; the frame does so on every full run, before anything needs the visitor."""
    with st.container(key="unseen-identity"):  # assets/style.css: it takes no room
        _mount(key=TAB, data={"visitor": visitor()}, on_kept_change=lambda: None)
    return visitor()


def visitor() -> str:
    """The identity of this browser tab, 32 hexadecimal digits.

    The tab's word counts as soon as it is there: in a callback too, which runs before the frame.
    """
    mine: str = st.session_state.setdefault("visitor", secrets.token_hex(16))
    kept = st.session_state.get(TAB, {}).get("kept")
    if kept == mine or not (isinstance(kept, str) and KEPT.fullmatch(kept)):
        return mine
    st.session_state["visitor"] = kept
    for job in training().of(mine):  # started before the tab had spoken: nobody would see it again
        training().stop(job.id)
    return kept
