"""The last line of every page: a link to the next page's question."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cae.runs.run import title
from cae.ui.parts.links import PAGES

__all__ = ["NETWORK", "WAY", "Step", "next_question"]


@dataclass(frozen=True)
class Step:
    """A link to the next page: what this page found, the question that follows, and the page that answers it."""

    found: str
    question: str
    page: str


WAY = {
    "draw": Step("So it remembers.", "How did it learn to?", "train"),
    "train": Step("Each setting changes how well it learns.", "Which one made the difference?", "runs"),
    "runs": Step("One of two networks is better.", "How good is it, honestly?", "compare"),
    "compare": Step("So much comes back.", "Is the bottleneck really the way through?", "switches"),
    "switches": Step("Code and switches both carry something.", "What does each layer do?", "inside"),
    "inside": Step("That was the whole way through.", "Where does your digit live among the others?", "latent"),
    "latent": Step("The decoder draws every place on the map.", "Can it repair what is broken?", "damage"),
    "damage": Step("It repairs what looks like a digit.", "Does this belong here at all?", "doubt"),
    "doubt": Step("Now you know what it doubts.", "What shall we find out today?", "lessons"),
    "lessons": Step("You can try every answer yourself.", "What comes back of your next drawing?", "draw"),
}
NETWORK = {
    "draw": "network",
    "runs": "first",
    "compare": "network",
    "switches": "around",
    "inside": "inside",
    "latent": "latent",
    "damage": "damage",
    "doubt": "doubt",
}
"""The key of each page's choice of a network, in the session and in the address; Train and Lessons have none."""


def next_question(page: str) -> None:
    """The line at the end of this page. The next page takes over its network, where both have a choice of one."""
    step = WAY[page]
    name = st.session_state.get(NETWORK[page]) if page in NETWORK else None
    address = {NETWORK[step.page]: title(name)} if name and step.page in NETWORK else None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="next"):
        st.markdown(step.found, width="content")
        label = f"{step.question} → {step.page.capitalize()}"
        st.page_link(PAGES / f"{step.page}.py", label=label, query_params=address, width="content")
