"""The model card of a network, shown in a dialog. Every page with a select box for a network can open it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import streamlit as st

from cae import registry
from cae.analysis.layers import layers
from cae.config.settings import Choice, Setting, chosen, written
from cae.runs.comparison import held_out
from cae.runs.run import Run
from cae.ui.networks import words
from cae.ui.networks.export import CONTENTS, export_button
from cae.ui.networks.words import limits, outcome, training, what
from cae.ui.parts import palette
from cae.ui.parts.live_chart import live_chart
from cae.ui.parts.loss_lines import ELBO, loss_lines
from cae.ui.parts.score_table import Score, score_table
from cae.ui.parts.text import number, plain
from cae.ui.visitor import session

__all__ = ["card", "curve", "offer"]

OPEN = "card"  # session key; its value is the key of the select box whose network's card is open
POINTS = 300  # of the training curve
PCA_PREFIX = "pca_"  # of the names of PCA's figures in ``Run.figures``


def offer(run: Run, key: str) -> None:
    """A button in the sidebar that opens the card of the network chosen in the select box ``key``.

    Reruns of the page leave the card open. It closes when the visitor closes it or leaves the page.
    """
    if session.just_arrived(f"{OPEN}-{key}") and st.session_state.get(OPEN) == key:
        _close()
    st.sidebar.button("About this network", key=f"about-{key}", type="tertiary", on_click=_open, args=[key])
    if st.session_state.get(OPEN) == key:
        st.dialog(f"About {plain(run.title)}", width="medium", on_dismiss=_close)(card)(run)


def card(run: Run) -> None:
    """The card's content: summary, figures, curves, training, layers, limits, export and the command."""
    st.write(what(run.config))
    st.caption(words.budget(run.config.model))
    _figures(run)
    curve(run)
    st.subheader("How it was trained")
    st.write(plain(f"{outcome(run)} {training(run)}"))
    st.html(_settings(run))
    _layers(run)
    st.subheader("What it cannot do")
    st.markdown("\n".join(f"- {sentence}" for sentence in limits(run)))
    st.subheader("Use it elsewhere")
    st.write(CONTENTS)
    export_button(run, "card-export", "Export (.zip)", help=None)
    st.subheader("The command that repeats it")
    st.code(run.again(f"{run.name}.safetensors"), language="bash", wrap_lines=True)


def _figures(run: Run) -> None:
    """The held-out MSE, and the test figures stored with the run, with those of PCA at the same code size."""
    st.subheader("How good it is")
    (error,) = held_out(run)
    pictures = f"held-out pictures of {registry.title(run.config.dataset)} (the validation split)"
    if error:
        st.write(f"Its MSE is **{number(error)}** on {pictures}. It was never trained on these.")
    else:
        st.write(f"Its error on {pictures} is unknown: the file has no curve.")
    for name, values in run.figures.items():
        if values.get("kl") is not None and values.get("reconstruction") is not None:
            error, kl = values["reconstruction"], values["kl"]
            st.write(
                f"On the test pictures of {registry.title(name)}, its negative ELBO is {error + kl:.1f} nats, up to a "
                f"constant: {error:.1f} of squared error, with codes drawn by chance as in training (the table below "
                f"takes their means), and {kl:.1f} of KL divergence."
            )
    tables = "".join(_table(run, name, values) for name, values in run.figures.items() if values)
    if tables:
        st.html(tables)
    else:
        st.write("No test figures are stored with it. The Compare page measures them, and those of PCA.")


def _table(run: Run, name: str, values: Mapping[str, Any]) -> str:
    """The figures on one test set as HTML: a row for the network, and one for PCA if it was measured."""
    size = run.config.model.pca_size
    rows = [Score(run.title, palette.RECONSTRUCTION, values)]
    beside = {one.removeprefix(PCA_PREFIX): value for one, value in values.items() if one.startswith(PCA_PREFIX)}
    if size and any(value is not None for value in beside.values()):
        rows.append(Score(f"PCA {size}", palette.PCA, beside))
    return score_table(rows, f"Test pictures of {registry.title(name)}")


def curve(run: Run) -> None:
    """The losses against the step, as on the Train page."""
    if not run.history.held_out:
        return
    lines = loss_lines(run, POINTS)
    live_chart(
        lines.traces,
        key="card-curve",
        label=f"{lines.label} of {run.title} against the step",
        x_title="Step",
        y_title=lines.y_title,
        height=240,
        log_y=lines.log_y,
    )
    if run.config.model.variational:
        st.caption(ELBO)


def _settings(run: Run) -> str:
    """Every setting as HTML; its explanation appears on hover."""
    cells = "".join(
        _fact(about.label, written(value), f"{about.help} {_meaning(about, value)}")
        for _, about, value in chosen(run.config.model, run.config)
    )
    return f'<dl class="facts">{cells}</dl>'


def _meaning(about: Setting, value: object) -> str:
    """What the chosen option means; empty for a setting that is not a ``Choice``."""
    return about.domain.options[str(value)] if isinstance(about.domain, Choice) else ""


def _fact(name: str, value: str, meaning: str) -> str:
    return f'<div><dt title="{escape(meaning.strip())}">{escape(name)}</dt><dd>{escape(value)}</dd></div>'


def _layers(run: Run) -> None:
    """Parameters, multiply-adds and size; below them the table of layers, folded."""
    model = run.config.model
    weights = sum(value.nbytes for value in run.weights.values())
    facts = (
        _fact("Parameters", f"{model.parameters:,}", "The numbers that training adjusts."),
        _fact(
            "Multiply-adds a picture",
            f"{model.multiply_adds:,}",
            "Multiplications, each with an addition, to reconstruct one picture.",
        ),
        _fact("Weights", f"{-(-weights // 1000):,} kB", "The memory that the parameters take."),
    )
    st.html(f'<dl class="facts">{"".join(facts)}</dl>')
    with st.expander("Layer by layer"):
        rows = "".join(
            f'<tr><th scope="row">{escape(layer.name)}</th><td>{"×".join(map(str, layer.shape))}</td>'
            f"<td>{layer.parameters:,}</td></tr>"
            for layer in layers(model)
        )
        head = "".join(f'<th scope="col">{words}</th>' for words in ("Layer", "Output", "Parameters"))
        st.html(f'<table class="changed"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>')


def _open(key: str) -> None:
    st.session_state[OPEN] = key


def _close() -> None:
    st.session_state.pop(OPEN, None)
