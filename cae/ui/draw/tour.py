"""The tour of the first page. A browser that has never had it is offered it once; a link with ``tour`` starts it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

__all__ = ["STOPS", "Stop", "tour"]

ASKED = "tour-asked"  # session key: how often a link has asked for the tour
_HERE = Path(__file__)

_mount = st.components.v2.component(
    "tour",
    html=_HERE.with_suffix(".html").read_text(),
    css=_HERE.with_suffix(".css").read_text(),
    js=_HERE.with_suffix(".js").read_text(),
)


@dataclass(frozen=True)
class Stop:
    """One card of the tour. ``places``: CSS selectors of what it speaks of; the first on the screen is marked."""

    title: str
    words: str
    places: tuple[str, ...]


OPENER = '[data-testid="stExpandSidebarButton"]'  # on a phone, where the sidebar is folded away
STOPS = (
    Stop(
        "Draw a digit",
        "The page starts with an example. Clear the canvas, and draw a digit of your own with the mouse or a finger.",
        (".st-key-canvas-and-buttons",),
    ),
    Stop(
        "See what comes back",
        "Left: your digit, as the network sees it. Middle: the network squeezed it into a few numbers and drew it "
        "again from them. Right: what differs.",
        (".st-key-reconstruction",),
    ),
    Stop(
        "Squeeze harder",
        "You choose the network in the sidebar; » opens it where it is hidden. The number in its name says how many "
        "numbers it keeps. Try Bottleneck 2, and look at the middle picture again.",
        (".st-key-network", OPENER),
    ),
    Stop(
        "Take your digit along",
        "Each page asks another question about your digit. On Train, a new network learns to draw it while you watch.",
        ('[data-testid="stSidebarNav"]', OPENER),
    ),
    Stop(
        "Follow the questions",
        "The last line of every page leads on to the next question. Or start with Lessons: short experiments in which "
        "you predict first.",
        (".st-key-next",),
    ),
)


def tour() -> None:
    """Offer or start the tour. It takes no room on the page, and the page can be used meanwhile."""
    if st.query_params.pop("tour", None) is not None:
        st.session_state[ASKED] = st.session_state.get(ASKED, 0) + 1
    with st.container(key="unseen-tour"):  # assets/style.css
        _mount(key="tour", data={"stops": [asdict(stop) for stop in STOPS], "asked": st.session_state.get(ASKED, 0)})
