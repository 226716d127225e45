"""Networks that have not been trained: the weights with which a run of these settings would start."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from cae.config import TrainConfig
from cae.inference import on_thread
from cae.runs.run import Run

__all__ = ["UNTRAINED", "untrained"]

UNTRAINED = "untrained"  # the name of such a run


@st.cache_resource(max_entries=16, show_spinner=False)
def untrained(config: TrainConfig) -> Run:
    """A run of this config that has taken no step."""
    return on_thread(_initialise, Run(config, UNTRAINED))


def _initialise(run: Run) -> Run:
    from cae.training.loop import initialised

    weights = {name: value.numpy() for name, value in initialised(run.config).state_dict().items()}
    return replace(run, weights=weights)
