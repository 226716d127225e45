"""What a visitor chooses on the Compare page, kept in its address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast, get_args

import streamlit as st

from cae.data.names import class_names
from cae.runs.run import Run
from cae.ui.compare.methods import Order
from cae.ui.networks import choice, shipped
from cae.ui.parts.figures import DEFINITIONS
from cae.ui.parts.test_set import TestSet
from cae.ui.visitor import session

__all__ = ["Showing", "choose_beside", "choose_showing", "choose_sides"]

ONE: dict[str, Any] = {"required": True, "bind": "query-params"}


def choose_beside(run: Run) -> Run | None:
    """A select box in the sidebar for a second network; None while it is empty."""
    others = {one.name: one for one in (*shipped.shipped().values(), *session.runs()) if one.name != run.name}
    choice.heed_address("beside", others)
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
    choice.describe(others[name], "beside")
    return others[name]


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
