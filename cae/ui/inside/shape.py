"""The architecture of the network on the Inside page. The visitor can change it, which gives an untrained network."""

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
    """Widgets in the sidebar for the architecture. Returns ``run``, or an untrained run if the architecture is changed.

    Raises:
        ValueError: with a sentence for the visitor, if the settings do not fit together.
    """
    with st.sidebar.expander("Change its shape"):
        st.caption("A network of another shape is a new one: it is not trained yet. The page shows it at once.")
        shape = settings_widgets.model_config(run.config.model, f"shape-{run.digest}")
    return run if shape == run.config.model else untrained(replace(run.config, model=shape, seed=0))


def cost(model: ModelConfig) -> str:
    """The number of parameters and multiplications, the code size, and the bits that bypass the code."""
    return (
        f"{model.parameters:,} parameters; {model.multiply_adds / 1e6:,.1f} million multiplications for each picture. "
        f"{words.budget(model)}"
    )


def train_it(run: Run) -> None:
    """For an untrained network: a sentence that says so, and a link that trains it."""
    if run.name == UNTRAINED:
        st.info("Nobody has trained a network of this shape here. Its weights are random, so what comes back is too.")
        links.to_train(st.container(), run.config, "Train this network")
