"""The shape of the network on the Inside page: that of the one chosen, until the visitor changes it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from cae.config import ModelConfig
from cae.runs.run import Run
from cae.ui.networks import words
from cae.ui.networks.untrained import UNTRAINED, untrained
from cae.ui.parts import links, settings_widgets

__all__ = ["choose", "cost", "train_it"]


def choose(run: Run) -> Run:
    """Widgets in the sidebar for the network's shape; another shape gives an untrained network of the same training.

    Raises ``ValueError`` with a sentence where the settings do not fit together.
    """
    with st.sidebar.expander("Change its shape"):
        st.caption("The picture follows. A network of another shape is new: it has learnt nothing yet.")
        shape = settings_widgets.model_config(run.config.model, f"shape-{run.digest}")
    return run if shape == run.config.model else untrained(replace(run.config, model=shape, seed=0))


def cost(model: ModelConfig) -> str:
    """What the whole network takes, and what passes through its code."""
    return (
        f"{model.parameters:,} parameters; {model.multiply_adds / 1e6:,.1f} million multiplications for each picture. "
        f"{words.budget(model)}"
    )


def train_it(run: Run) -> None:
    """For a network that has learnt nothing, a sentence that says so, and the way to train it."""
    if run.name == UNTRAINED:
        st.info("Nobody has trained a network of this shape here: its filters are chance, and so is what comes back.")
        links.to_train(st.container(), run.config, "Train this network")
