"""The networks a visitor can choose from: the shipped ones and their own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from cae.config import IMAGE_BITS, ModelConfig
from cae.inference import on_thread, warm_up
from cae.run import Run
from cae.ui import session

__all__ = ["DATASETS", "about", "budget", "choose", "shipped", "title"]

FOLDER = Path(__file__).parents[2] / "assets" / "models"
FIRST = "bottleneck-32"
DATASETS = {"mnist": "MNIST", "fashion-mnist": "Fashion-MNIST", "synthetic": "synthetic digits"}


@cache
def shipped() -> dict[str, Run]:
    """The networks in ``assets/models``, by name."""
    from cae.checkpoint import load

    return {path.stem: on_thread(load, path) for path in sorted(FOLDER.glob("*.safetensors"))}


def choose(label: str = "Network", *, key: str = "network", help: str | None = None) -> Run:
    """A select box in the sidebar, remembered across pages and in the page's address."""
    if not warm_up().done():
        with st.spinner("Waking the networks …"):  # the server has only just started
            warm_up().result()
    own = {run.name: run for run in session.runs()}
    there = {**shipped(), **own}
    names = list(there)
    if not names:
        st.info("There is no network here yet: train one on the Train page.")
        st.stop()
    chosen = st.sidebar.selectbox(
        label,
        names,
        index=names.index(FIRST) if FIRST in names else 0,
        key=key,
        bind="query-params",
        format_func=lambda name: title(there[name]),
        help=help or "The shipped networks, and those you train on the Train page.",
    )
    run = there[chosen]
    st.sidebar.caption(about(run))
    return run


def title(run: Run) -> str:
    """“bottleneck-32” as “Bottleneck 32”."""
    return run.name.replace("-", " ").capitalize()


def about(run: Run) -> str:
    """The network in one line."""
    model = run.config.model
    layers = "–".join(map(str, model.channels))
    epochs = f"{run.config.epochs} epoch{'s' * (run.config.epochs != 1)}"
    stopped = ", ended early" if run.ending in ("stopped", "diverged") else ""
    numbers = f"{model.code_numbers:,} numbers in the code"
    return f"Channels {layers}, {numbers}. {epochs} of {DATASETS[run.config.dataset]}{stopped}."


def budget(model: ModelConfig) -> str:
    """What passes through the code and what goes around it: belongs beside every figure of the network."""
    code = f"The code is {model.code_numbers:,} number{'s' * (model.code_numbers != 1)}; the image has 784 pixels."
    if not model.switch_bits:
        return f"{code} Nothing goes around it."
    return (
        f"{code} Around it go {model.switch_bits:,} bits of pooling switches (the whole image is {IMAGE_BITS:,} bits), "
        "so a good figure here is not compression."
    )
