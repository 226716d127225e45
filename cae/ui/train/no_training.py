"""What the Train page shows where the operator has switched training off."""

from __future__ import annotations

import streamlit as st

from cae.jobs import NO_TRAINING
from cae.ui.networks import card, shipped

__all__ = ["curves_of_another"]

SHOWN = "bottleneck-32"


def curves_of_another() -> None:
    """A sentence that says so, and how a network that comes with the app has learnt."""
    st.info(NO_TRAINING)
    shipped.wait_until_loaded()
    run = shipped.shipped()[SHOWN]
    st.write(
        f"These are the losses of {run.title}, which comes with the app. It has looked at thousands of pictures and "
        "redrawn each one. Its weights were corrected a little every time."
    )
    card.curve(run)
