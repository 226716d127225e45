"""The select box for the test set to measure on."""

from __future__ import annotations

import streamlit as st

from cae import registry
from cae.data.download import Progress
from cae.environment import environment
from cae.registry import DATASETS, OWN
from cae.runs.run import Run
from cae.ui.parts import test_set
from cae.ui.parts.test_set import TestSet
from cae.ui.visitor.pictures import own_pictures

__all__ = ["choose_test_set"]

FALLBACK = "synthetic"  # needs no download


def choose_test_set(run: Run, progress: Progress) -> TestSet:
    """A select box in the sidebar with the data sets whose pictures the network can take.

    If the chosen one cannot be loaded: a warning, and the synthetic digits; or if these have another shape, the end
    of the page.
    """
    shape, trained_on = run.config.model.picture, run.config.dataset
    names = [name for name, about in DATASETS.items() if about.shape == shape]
    mine = own_pictures()
    if mine is not None and mine.shape == shape:
        names.append(OWN)
    there = trained_on in names
    name = st.sidebar.selectbox(
        "Pictures",
        names,
        index=None,
        format_func=registry.option,
        placeholder=f"{registry.option(trained_on)}, as in training" if there else "Choose a data set",
        key="pictures",
        bind="query-params",
        help="The test pictures to measure on. If empty: those of the data set that the network was trained on.",
    )
    name = name or (trained_on if there else None)
    if name is None:
        ways = "Upload such pictures on the Train page, or choose" if environment().uploads else "Choose"
        st.info(
            f"This network was trained on pictures of {shape}, which are not here. {ways} a data set in the sidebar."
        )
        st.stop()
    try:
        return test_set.load(name, progress)
    except OSError:
        instead = DATASETS[FALLBACK].shape == shape
        use = f" This page uses {registry.title(FALLBACK)} instead." if instead else ""
        st.warning(f"{registry.title(name)} could not be loaded.{use}")
        st.button("Try again", on_click=test_set.forget, args=[name])
        if not instead:
            st.stop()
        return test_set.load(FALLBACK, progress)
