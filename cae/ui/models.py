"""The networks a visitor can choose from: the shipped ones and their own."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache

import streamlit as st

from cae.config import IMAGE_BITS, ModelConfig, TrainConfig
from cae.inference import is_warm, on_thread, warm_up
from cae.run import Run
from cae.ui import session
from cae.ui.services import SHIPPED

__all__ = [
    "DATASETS",
    "ENDINGS",
    "PAIR",
    "about",
    "asleep",
    "budget",
    "choose",
    "describe",
    "heed_address",
    "in_short",
    "shipped",
    "wake",
]

FIRST = "bottleneck-32"
PAIR = ("switches-1", "bottleneck-1")  # shipped networks that differ in one setting: with switches, and without
DATASETS = {"mnist": "MNIST", "fashion-mnist": "Fashion-MNIST", "synthetic": "synthetic digits"}
ENDINGS = {
    "": "unfinished",
    "complete": "complete",
    "stopped": "stopped",
    "out of time": "finished early",
    "diverged": "diverged",
}


@cache
def shipped() -> dict[str, Run]:
    """The networks in ``assets/models``, by name."""
    from cae.checkpoint import load

    return {path.stem: on_thread(load, path) for path in sorted(SHIPPED.glob("*.safetensors"))}


def asleep() -> bool:
    """Whether networks cannot be used yet: the server has only just started."""
    return not is_warm()


def wake(after: float = 0.0) -> None:
    """Wait until networks can be used. Their loading takes turns with the server: it begins after so many seconds."""
    if asleep():
        with st.spinner("Waking the networks …"):
            time.sleep(after)
            warm_up().result()


def heed_address(key: str, there: Mapping[str, Run]) -> None:
    """Let the select box ``key`` begin with the network that the address names; to be called before it is made.

    Streamlit does so by itself, but for two things: it forgets a network that is not there yet, as a visitor's own
    is not for a moment after a reload; and where the address names the default, it goes on with the last choice.
    """
    asked = f"asked-{key}"
    if session.just_arrived(asked):
        st.session_state[asked] = st.query_params.get(key)
    name = next((name for name, run in there.items() if run.title == st.session_state[asked]), None)
    if name is not None:
        st.session_state[key], st.session_state[asked] = name, None


def choose(label: str = "Network", *, first: str = FIRST, key: str = "network", help: str | None = None) -> Run:
    """A select box in the sidebar, remembered across pages and in the page's address."""
    wake()
    own = {run.name: run for run in session.runs()}
    there = {**shipped(), **own}
    # The usual one comes first: Streamlit complains of a default elsewhere where an address is heeded.
    names = sorted(there, key=lambda name: name != first)
    if not names:
        st.info("There is no network here yet: train one on the Train page.")
        st.stop()
    heed_address(key, there)
    chosen = st.sidebar.selectbox(
        label,
        names,
        key=key,
        bind="query-params",
        format_func=lambda name: there[name].title,
        help=help or "The shipped networks, and those on your shelf: the Runs page has it.",
    )
    run = there[chosen]
    describe(run, key)
    return run


def describe(run: Run, key: str) -> None:
    """In the sidebar, under the select box ``key``: the network in one line, and a way to all that is known of it."""
    from cae.ui.model_card import offer  # which calls the data sets as this module does

    st.sidebar.caption(about(run))
    offer(run, key)


def about(run: Run) -> str:
    """The network in one line, and whether it learnt to the end."""
    ending = "" if run.ending == "complete" else f", {ENDINGS[run.ending]}"
    return f"{in_short(run.config)}{ending}."


def in_short(config: TrainConfig) -> str:
    """The settings that say most: which network, on what and for how long."""
    model = config.model
    layers = "–".join(map(str, model.channels))
    numbers = f"{model.code_numbers:,} number{'s' * (model.code_numbers != 1)} in the code"
    epochs = f"{config.epochs} epoch{'s' * (config.epochs != 1)}"
    return f"Channels {layers}, {numbers}. {epochs} of {DATASETS[config.dataset]}"


def budget(model: ModelConfig) -> str:
    """What passes through the code and what goes around it: belongs beside every figure of the network."""
    code = f"The code is {model.code_numbers:,} number{'s' * (model.code_numbers != 1)}; the image has 784 pixels."
    if not model.switch_bits:
        return f"{code} Nothing goes around it."
    return (
        f"{code} Around it go {model.switch_bits:,} bits of pooling switches (the whole image is {IMAGE_BITS:,} bits), "
        "so a good figure here is not compression."
    )
