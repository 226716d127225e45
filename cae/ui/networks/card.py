"""The model card: all that is known of a network, in a dialog that every page with a choice of networks can open."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import streamlit as st

from cae.analysis.layers import layers
from cae.config import command
from cae.config.settings import Choice, Setting, settings, written
from cae.data import names
from cae.runs.comparison import held_out
from cae.runs.run import Run
from cae.ui.networks import words
from cae.ui.networks.words import limits, outcome, training, what
from cae.ui.parts import palette
from cae.ui.parts.curves import axes, smoothed
from cae.ui.parts.live_chart import Trace, live_chart
from cae.ui.parts.score_table import Score, score_table
from cae.ui.parts.text import number, plain
from cae.ui.visitor import session

__all__ = ["card", "offer"]

OPEN = "card"  # in the session: whose card is open, as the key of the select box that chose the network
POINTS = 300
OF_PCA = "pca_"  # begins the names of its figures


def offer(run: Run, key: str) -> None:
    """A button in the sidebar that opens the card of the network chosen in the select box ``key``.

    The card stays open until the visitor closes it or leaves, whatever makes the page run again meanwhile.
    """
    if session.just_arrived(f"{OPEN}-{key}") and st.session_state.get(OPEN) == key:
        _close()
    st.sidebar.button("About this network", key=f"about-{key}", type="tertiary", on_click=_open, args=[key])
    if st.session_state.get(OPEN) == key:
        st.dialog(f"About {plain(run.title)}", width="medium", on_dismiss=_close)(card)(run)


def card(run: Run) -> None:
    """Everything of the network, what matters most first."""
    st.write(what(run.config))
    st.caption(words.budget(run.config.model))
    _figures(run)
    _curve(run)
    st.subheader("How it was trained")
    st.write(plain(f"{outcome(run)} {training(run)}"))
    st.html(_settings(run))
    _layers(run)
    st.subheader("What it cannot do")
    st.markdown("\n".join(f"- {sentence}" for sentence in limits(run)))
    st.subheader("The command that repeats it")
    # From the settings: a file from elsewhere may say anything.
    st.code(command(run.config, f"{run.name}.safetensors"), language="bash", wrap_lines=True)


def _figures(run: Run) -> None:
    """Its error on the validation split, and the figures stored with it, beside PCA's at the same code size."""
    st.subheader("How good it is")
    (error,) = held_out(run)
    pictures = f"pictures of {names.TITLES[run.config.dataset]} from the validation split"
    if error:
        st.write(f"On {pictures}, from which it never learnt, its MSE is **{number(error)}**.")
    else:
        st.write(f"How it does on {pictures} is not known: it came without its curve.")
    tables = "".join(_table(run, name, values) for name, values in run.figures.items() if values)
    if tables:
        st.html(tables)
    else:
        st.write("No test figures are stored with it: the Compare page measures them, beside PCA's.")


def _table(run: Run, name: str, values: Mapping[str, Any]) -> str:
    """The figures on one test set: the network's row, and PCA's where there is one."""
    size = run.config.model.pca_size
    rows = [Score(run.title, palette.RECONSTRUCTION, values)]
    beside = {one.removeprefix(OF_PCA): value for one, value in values.items() if one.startswith(OF_PCA)}
    if size and any(value is not None for value in beside.values()):
        rows.append(Score(f"PCA {size}", palette.PCA, beside))
    return score_table(rows, f"Test pictures of {names.TITLES[name]}")


def _curve(run: Run) -> None:
    """Both losses, as on the Train page."""
    if not run.history.held_out:
        return
    live_chart(
        [
            Trace("Training loss", *axes(smoothed(run.history.losses, POINTS)), palette.TRAINING, opacity=0.8),
            Trace("Held-out loss", *axes(run.history.held_out), palette.HELD_OUT),
        ],
        key="card-curve",
        label=f"Training loss and held-out loss of {run.title} against the step",
        x_title="Step",
        y_title="MSE",
        height=240,
        log_y=True,
    )


def _settings(run: Run) -> str:
    """Every setting, with its explanation a hover away."""
    cells = "".join(
        _fact(about.label, written(value), f"{about.help} {_meaning(about, value)}")
        for part in (run.config.model, run.config)
        for field, about in settings(part)
        for value in (getattr(part, field.name),)
    )
    return f'<dl class="facts">{cells}</dl>'


def _meaning(about: Setting, value: object) -> str:
    """What the chosen word means, where the setting is a choice of words."""
    return about.domain.options[str(value)] if isinstance(about.domain, Choice) else ""


def _fact(name: str, value: str, meaning: str) -> str:
    return f'<div><dt title="{escape(meaning.strip())}">{escape(name)}</dt><dd>{escape(value)}</dd></div>'


def _layers(run: Run) -> None:
    """What the network costs, and its layers folded away."""
    model = run.config.model
    weights = sum(value.nbytes for value in run.weights.values())
    facts = (
        _fact("Parameters", f"{model.parameters:,}", "Numbers that training adjusts."),
        _fact(
            "Multiply-adds a picture",
            f"{model.multiply_adds:,}",
            "Multiplications, each with its addition, that pass one picture through the network.",
        ),
        _fact("Weights", f"{-(-weights // 1000):,} kB", "What the network takes in memory."),
    )
    st.html(f'<dl class="facts">{"".join(facts)}</dl>')
    with st.expander("Layer by layer"):
        rows = "".join(
            f'<tr><th scope="row">{escape(layer.name)}</th><td>{"×".join(map(str, layer.shape))}</td>'
            f"<td>{layer.parameters:,}</td></tr>"
            for layer in layers(model)
        )
        head = "".join(f'<th scope="col">{words}</th>' for words in ("Layer", "What leaves it", "Parameters"))
        st.html(f'<table class="changed"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>')


def _open(key: str) -> None:
    st.session_state[OPEN] = key


def _close() -> None:
    st.session_state.pop(OPEN, None)
