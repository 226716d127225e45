"""The select box for a network, in the sidebar of every page that uses one."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from cae.runs.run import Run
from cae.ui.networks import shipped
from cae.ui.networks.card import offer
from cae.ui.networks.words import about
from cae.ui.visitor import session

__all__ = ["choose", "describe", "heed_address"]

FIRST = "bottleneck-32"


def heed_address(key: str, there: Mapping[str, Run]) -> None:
    """Let the select box ``key`` begin with the network that the address names; to be called before it is made.

    Streamlit does so by itself, but for two things: it forgets a network that is not there yet, as a visitor's own
    is not for a moment after a reload; and where the address names the default, it goes on with the last choice.
    """
    asked = f"asked-{key}"
    if session.just_arrived(asked):
        st.session_state[asked] = st.query_params.get(key)
    name = next((name for name, run in there.items() if run.title == st.session_state[asked]), None)
    if name is not None:
        st.session_state[key], st.session_state[asked] = name, None


def choose(label: str = "Network", *, first: str = FIRST, key: str = "network", help: str | None = None) -> Run:
    """A select box in the sidebar, remembered across pages and in the page's address."""
    shipped.wake()
    own = {run.name: run for run in session.runs()}
    there = {**shipped.shipped(), **own}
    # The usual one comes first: Streamlit complains of a default elsewhere where an address is heeded.
    names = sorted(there, key=lambda name: name != first)
    if not names:
        st.info("There is no network here yet: train one on the Train page.")
        st.stop()
    heed_address(key, there)
    chosen = st.sidebar.selectbox(
        label,
        names,
        key=key,
        bind="query-params",
        format_func=lambda name: there[name].title,
        help=help or "The networks that come with the app, and your own from the Runs page.",
    )
    run = there[chosen]
    describe(run, key)
    return run


def describe(run: Run, key: str) -> None:
    """In the sidebar, under the select box ``key``: the network in one line, and a way to all that is known of it."""
    st.sidebar.caption(about(run))
    offer(run, key)
