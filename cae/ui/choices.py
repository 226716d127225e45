"""What a visitor chooses on the Compare page, kept in its address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast, get_args

import streamlit as st

from cae.download import Progress
from cae.names import class_names, datasets
from cae.run import Run
from cae.ui import models, session, testset
from cae.ui.contenders import Order
from cae.ui.testset import TestSet
from cae.ui.views import DEFINITIONS

__all__ = ["Showing", "choose_beside", "choose_showing", "choose_sides", "choose_testset"]

FALLBACK = "synthetic"
ONE: dict[str, Any] = {"required": True, "bind": "query-params"}


def choose_beside(run: Run) -> Run | None:
    """A select box in the sidebar for a second network; None while it is empty."""
    others = {one.name: one for one in (*models.shipped().values(), *session.runs()) if one.name != run.name}
    models.heed_address("beside", others)
    name = st.sidebar.selectbox(
        "Beside it",
        list(others),
        index=None,
        format_func=lambda name: others[name].title,
        placeholder="No second network",
        key="beside",
        bind="query-params",
        help="A second network, measured on the same pictures. Costs a few seconds, once.",
    )
    if name is None:
        return None
    models.describe(others[name], "beside")
    return others[name]


def choose_testset(own: str, progress: Progress) -> TestSet:
    """A select box in the sidebar; where the chosen data set cannot be had, a sentence, and the synthetic digits."""
    name = st.sidebar.selectbox(
        "Pictures",
        datasets(),
        index=None,
        format_func=models.DATASETS.__getitem__,
        placeholder=f"{models.DATASETS[own]}, as it was trained",
        key="pictures",
        bind="query-params",
        help="The test pictures to measure on. Empty: those of the data set that the network was trained on.",
    )
    name = name or own
    try:
        return testset.load(name, progress)
    except OSError:
        st.warning(f"{models.DATASETS[name]} cannot be had at the moment: these are the {models.DATASETS[FALLBACK]}.")
        st.button("Try again", on_click=testset.forget, args=[name])
        return testset.load(FALLBACK, progress)


@dataclass(frozen=True)
class Showing:
    """Which pictures the grid shows. ``only`` is a class; ``metric`` orders them and stands under each."""

    only: int | None
    order: Order
    metric: str


def choose_showing(test: TestSet) -> Showing:
    """Which pictures, in which order, and the figure to order them by."""
    everything = "All"
    classes = [everything, *class_names(test.name)]
    only = st.pills("Class", classes, default=everything, key="class", wrap=True, **ONE)
    order = st.segmented_control("Order", get_args(Order), default="As they come", key="order", **ONE)
    metric = st.segmented_control(
        "Figure",
        list(DEFINITIONS),
        default="rmse",
        format_func=lambda name: DEFINITIONS[name][0],
        key="by",
        help="Stands under each picture, and orders them. MSE, RMSE and PSNR say the same of one picture in three "
        "ways, so they put the pictures into the same order; SSIM looks at structure, and has an order of its own.",
        **ONE,
    )
    return Showing(None if only == everything else classes.index(only) - 1, cast(Order, order), metric)


def choose_sides(roles: Sequence[str]) -> tuple[int, int]:
    """What lies left and right of the divider: two different places among ``roles``, which has two or more."""
    left, right = st.columns(2, gap="small", wrap=False)
    first = left.selectbox("Left", roles, key="left", bind="query-params")
    place = roles.index(first)
    others = [*roles[place + 1 :], *roles[:place]]
    second = right.selectbox("Right", others, key="right", bind="query-params")
    return place, roles.index(second)
