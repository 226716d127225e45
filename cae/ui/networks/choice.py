"""The select box for a network, in the sidebar of every page that uses one."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from cae.runs.run import Run, title
from cae.ui.networks import shipped
from cae.ui.networks.card import offer
from cae.ui.networks.words import about
from cae.ui.visitor import session
from cae.ui.visitor.services import shipped_names

__all__ = ["choose", "describe", "first_of_address", "take_from_address"]

FIRST = "bottleneck-32"


def take_from_address(key: str, there: Mapping[str, Run]) -> None:
    """Set the select box ``key`` to the network that the address names. Call it before the box is created.

    Streamlit reads the address itself, with two gaps. It drops the name of a network that is not available yet: a
    visitor's own runs appear only a moment after a reload. And if the address names the default, it keeps the last
    choice instead.
    """
    asked = f"asked-{key}"
    if session.just_arrived(asked):
        st.session_state[asked] = st.query_params.get(key)
    name = next((name for name, run in there.items() if run.title == st.session_state[asked]), None)
    if name is not None:
        st.session_state[key], st.session_state[asked] = name, None


def first_of_address(key: str = "network") -> str:
    """The name of the shipped network that a new visitor's address asks for, or else the default. Needs no torch."""
    titles = {title(name): name for name in shipped_names()}
    return titles.get(st.query_params.get(key, ""), FIRST)


def choose(label: str = "Network", *, first: str = FIRST, key: str = "network", help: str | None = None) -> Run:
    """A select box in the sidebar. The choice is kept across pages and in the page's address."""
    shipped.wait_until_loaded()
    own = {run.name: run for run in session.runs()}
    there = {**shipped.shipped(), **own}
    # The default comes first: with any other, Streamlit warns when ``take_from_address`` has set the box.
    names = sorted(there, key=lambda name: name != first)
    if not names:
        st.info("There is no network yet. Please train one on the Train page.")
        st.stop()
    take_from_address(key, there)
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
    """Show the network in one line under the select box ``key``, and the button that opens its card."""
    st.sidebar.caption(about(run))
    offer(run, key)
