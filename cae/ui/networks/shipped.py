"""The networks that come with the app, and the wait until any network can be used."""

from __future__ import annotations

import time
from functools import cache

import streamlit as st

from cae.inference import is_warm, on_thread, warm_up
from cae.runs.run import Run
from cae.ui.visitor.services import SHIPPED

__all__ = ["PAIR", "asleep", "shipped", "wake"]

PAIR = ("switches-1", "bottleneck-1")  # networks that differ in one setting: with switches, and without


@cache
def shipped() -> dict[str, Run]:
    """The networks in ``assets/models``, by name."""
    from cae.runs.checkpoint import load

    return {path.stem: on_thread(load, path) for path in sorted(SHIPPED.glob("*.safetensors"))}


def asleep() -> bool:
    """Whether networks cannot be used yet: the server has only just started."""
    return not is_warm()


def wake(after: float = 0.0) -> None:
    """Wait until networks can be used. Their loading takes turns with the server: it begins after so many seconds."""
    if asleep():
        with st.spinner("Waking the networks …"):
            time.sleep(after)
            warm_up().result()
