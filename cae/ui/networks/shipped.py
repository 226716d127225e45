"""The networks in ``assets/models``, and the wait until torch is loaded."""

from __future__ import annotations

import time

import streamlit as st

from cae.inference import is_warm, on_thread, warm_up
from cae.once import once
from cae.runs.run import Run
from cae.ui.visitor.services import SHIPPED, shipped_names

__all__ = ["PAIR", "is_loading", "shipped", "wait_until_loaded"]

PAIR = ("switches-1", "bottleneck-1")  # differ in unpooling only: with switches, and without


@once
def shipped() -> dict[str, Run]:
    """The networks in ``assets/models``, by name."""
    from cae.runs.checkpoint import load

    return {name: on_thread(load, SHIPPED / f"{name}.safetensors") for name in shipped_names()}


def is_loading() -> bool:
    """Whether the server is still loading torch, so that no network can be used yet."""
    return not is_warm()


def wait_until_loaded(after: float = 0.0) -> None:
    """Block until torch is loaded; show a spinner meanwhile.

    Args:
        after: seconds to wait before loading starts. The server answers slowly while it loads.
    """
    if is_loading():
        with st.spinner("Loading the networks …"):
            time.sleep(after)
            warm_up().result()
