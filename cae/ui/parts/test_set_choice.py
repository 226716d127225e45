"""The select box for the test set to measure on."""

from __future__ import annotations

import streamlit as st

from cae.data.download import Progress
from cae.data.names import TITLES, dataset_names
from cae.ui.parts import test_set
from cae.ui.parts.test_set import TestSet

__all__ = ["choose_test_set"]

FALLBACK = "synthetic"


def choose_test_set(own: str, progress: Progress) -> TestSet:
    """A select box in the sidebar. If the chosen data set cannot be loaded: a warning, and the synthetic digits."""
    name = st.sidebar.selectbox(
        "Pictures",
        dataset_names(),
        index=None,
        format_func=TITLES.__getitem__,
        placeholder=f"{TITLES[own]}, as in training",
        key="pictures",
        bind="query-params",
        help="The test pictures to measure on. If empty: those of the data set that the network was trained on.",
    )
    name = name or own
    try:
        return test_set.load(name, progress)
    except OSError:
        st.warning(f"{TITLES[name]} could not be loaded. This page uses {TITLES[FALLBACK]} instead.")
        st.button("Try again", on_click=test_set.forget, args=[name])
        return test_set.load(FALLBACK, progress)
