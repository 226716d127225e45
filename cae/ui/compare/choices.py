"""The controls of the Compare page. Their values are kept in its address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast, get_args

import streamlit as st

from cae.runs.run import Run
from cae.ui.compare.methods import Order
from cae.ui.networks import choice, shipped
from cae.ui.parts.figures import DEFINITIONS
from cae.ui.parts.test_set import TestSet
from cae.ui.parts.text import plain
from cae.ui.visitor import session

__all__ = ["Showing", "choose_beside", "choose_showing", "choose_sides"]

ONE: dict[str, Any] = {"required": True, "bind": "query-params"}


def choose_beside(run: Run) -> Run | None:
    """A select box in the sidebar for a second network. Returns None while it is empty."""
    shape = run.config.model.picture
    there = (*shipped.shipped().values(), *session.runs())
    others = {one.name: one for one in there if one.name != run.name and one.config.model.picture == shape}
    choice.take_from_address("beside", others)
    name = st.sidebar.selectbox(
        "Second network",
        list(others),
        index=None,
        format_func=lambda name: others[name].title,
        placeholder="None",
        key="beside",
        bind="query-params",
        help="A second network for such pictures, measured on the same ones. This takes a few seconds, once.",
    )
    if name is None:
        return None
    choice.describe(others[name], "beside")
    return others[name]


@dataclass(frozen=True)
class Showing:
    """Which pictures the grid shows: of the class ``only`` (None: of all), sorted by ``metric`` in this order."""

    only: int | None
    order: Order
    metric: str


def choose_showing(test: TestSet) -> Showing:
    """Controls for the class, the order and the metric."""
    everything = "All"
    classes = [everything, *test.classes]
    only = st.pills("Class", classes, default=everything, key="class", wrap=True, format_func=plain, **ONE)
    order = st.segmented_control("Order", get_args(Order), default="As they come", key="order", **ONE)
    metric = st.segmented_control(
        "Figure",
        list(DEFINITIONS),
        default="rmse",
        format_func=lambda name: DEFINITIONS[name][0],
        key="by",
        help="Shown under each picture, and used to sort them. MSE, RMSE and PSNR measure the same error on three "
        "scales, so they give the same order. SSIM measures structure, so its order is different.",
        **ONE,
    )
    return Showing(None if only == everything else classes.index(only) - 1, cast(Order, order), metric)


def choose_sides(roles: Sequence[str]) -> tuple[int, int]:
    """Select boxes for the two sides of the divider. Returns two different indices into ``roles`` (two or more)."""
    left, right = st.columns(2, gap="small", wrap=False)
    first = left.selectbox("Left", roles, key="left", bind="query-params")
    place = roles.index(first)
    others = [*roles[place + 1 :], *roles[:place]]
    second = right.selectbox("Right", others, key="right", bind="query-params")
    return place, roles.index(second)
