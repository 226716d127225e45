"""A card for each of the visitor's runs: its curve, its figures and its buttons."""

from __future__ import annotations

from html import escape

import streamlit as st

from cae.config import TrainConfig
from cae.config.settings import chosen, written
from cae.environment import environment
from cae.inference import on_thread
from cae.jobs.run_store import LONGEST_NAME
from cae.runs import checkpoint
from cae.runs.comparison import held_out
from cae.runs.run import Run
from cae.ui.networks import words
from cae.ui.networks.export import export_button
from cae.ui.parts import links
from cae.ui.parts.curves import span, sparkline
from cae.ui.parts.figures import DEFINITIONS
from cae.ui.parts.text import duration, number
from cae.ui.runs import actions
from cae.ui.visitor import services, session

__all__ = ["cards"]

IN_SHORT = ("dataset", "epochs", "channels", "code_size")  # settings that words.in_short has


def cards() -> None:
    """Show all runs of the visitor, newest first."""
    runs = session.runs()[::-1]
    if not runs:
        st.write(_no_runs())
        links.to_train(st.container(), None, "Train a network")
    else:
        most = services.run_store().runs_each
        st.caption(
            f"Your latest {most} runs are kept while this tab is open. Download those that you want to keep longer."
        )
    ends = span([run.history.held_out for run in runs])
    for place, run in enumerate(runs):
        actions.offer_undo(place)
        with st.container(border=True, gap="small", key=f"card-{run.name}"):
            st.html(_card(run, ends))
            _actions(run, place)
    actions.offer_undo(len(runs))


def _no_runs() -> str:
    here = environment()
    ways = ["train"] * here.rules.training + ["upload"] * here.uploads
    if not ways:
        return "Training and uploads are switched off on this server, so you have no runs of your own."
    return f"You have no runs yet. Every network that you {' or '.join(ways)} appears here."


def _card(run: Run, ends: tuple[float, float]) -> str:
    (error,) = held_out(run)
    curve = sparkline(run.history.held_out, ends, f"Held-out loss of {run.title}, falling to {_error(error)}")
    name, meaning = DEFINITIONS["mse"]
    weights = sum(value.nbytes for value in run.weights.values())
    figures = [
        f'Held-out <span title="{escape(meaning)}">{name}</span> <b>{_error(error)}</b>',
        duration(run.seconds),
        words.ENDINGS[run.ending],
        f"{run.config.model.parameters:,} parameters, {-(-weights // 1000):,} kB",
    ]
    return (
        f'<div class="run">{curve}<div><h3>{escape(run.title)}</h3><p>{escape(_in_short(run.config))}</p>'
        f"<p>{' · '.join(figures)}</p></div></div>"
    )


def _in_short(config: TrainConfig) -> str:
    """The main settings, then all others that differ from their defaults."""
    unusual = [
        f"{about.label} {written(value)}"
        for field, about, value in chosen(config.model, config)
        if field.name not in IN_SHORT and value != field.default
    ]
    return " · ".join([words.in_short(config), *unusual])


def _actions(run: Run, place: int) -> None:
    row = st.container(horizontal=True, vertical_alignment="center", gap="xsmall")
    links.to_draw(row, run, "Draw")
    links.to_compare(row, run, "Compare")
    links.to_train(row, run.config, "Train again")
    with row.popover("More", key=f"more-{run.name}"), st.container(width=320):
        key = f"name-{run.name}"
        st.text_input("Name", run.title, max_chars=LONGEST_NAME, key=key, on_change=actions.rename, args=[run, key])
        if why := actions.refused_name(run):
            st.error(why)
        file = f"{run.name}.safetensors"
        st.download_button(
            "Download",
            data=lambda: on_thread(checkpoint.dump, run),
            file_name=file,
            mime="application/octet-stream",
            key=f"download-{run.name}",
            on_click="ignore",
            width="stretch",
            help="A safetensors file with the network, its settings and its curves, for this page or “python -m cae”.",
        )
        export_button(run, f"export-{run.name}")
        st.button("Remove", key=f"remove-{run.name}", on_click=actions.remove, args=[run, place], width="stretch")
        st.caption("The same run on the command line:")
        st.code(run.again(file), language="bash", wrap_lines=True)


def _error(mse: float | None) -> str:
    return "unknown" if mse is None else number(mse)
