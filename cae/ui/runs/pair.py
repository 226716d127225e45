"""Two runs that the visitor chooses: their curves in one chart, and the settings that differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cae.runs.comparison import differences
from cae.runs.run import Run
from cae.ui.networks import choice, shipped
from cae.ui.parts import links, palette
from cae.ui.parts.curves import axes, smoothed, thinned
from cae.ui.parts.live_chart import Dash, Trace, live_chart
from cae.ui.visitor import session

__all__ = ["again", "changed", "choose", "curves", "renamed"]

FIRST, SECOND = "first", "second"  # keys of the select boxes, in the session and in the address
SEEN = "runs-seen"  # session key: names of the runs that the page has shown
TONES = (palette.RECONSTRUCTION, palette.OTHER)
POINTS = 300  # of each line


def choose() -> tuple[Run, Run] | None:
    """Two select boxes, by default with the two newest runs. Returns None if there are fewer than two networks.

    A visitor without runs gets two shipped networks that differ in one setting.
    """
    shipped.wait_until_loaded()
    own = session.runs()[::-1]
    offered = sorted(shipped.shipped().values(), key=lambda run: run.name not in shipped.PAIR)
    there = {run.name: run for run in (*own, *offered)}
    if len(there) < 2:
        return None
    if _anything_new(own):
        st.session_state[FIRST], st.session_state[SECOND] = list(there)[:2]
    choice.take_from_address(FIRST, there)
    left, right = st.columns(2, gap="medium")
    names = list(there)
    first = _box(left, "First run", there, names, FIRST)
    place = names.index(first)
    others = [*names[place + 1 :], *names[:place]]  # starts with the run before the first one
    choice.take_from_address(SECOND, {name: there[name] for name in others})
    second = _box(right, "Second run", there, others, SECOND)
    return there[first], there[second]


def renamed(old: str, new: str) -> None:
    """Update the choices when a run is renamed."""
    for box in (FIRST, SECOND):
        if st.session_state.get(box) == old:
            st.session_state[box] = new
    st.session_state[SEEN] = st.session_state.get(SEEN, frozenset()) | {new}


def _anything_new(own: Sequence[Run]) -> bool:
    """Whether there is a new run since the page was last shown; false the first time."""
    seen, there = st.session_state.get(SEEN), frozenset(run.name for run in own)
    st.session_state[SEEN] = there | (seen or frozenset())
    return seen is not None and not there <= seen


def _box(place: DeltaGenerator, label: str, there: dict[str, Run], names: list[str], key: str) -> str:
    name: str = place.selectbox(label, names, key=key, bind="query-params", format_func=lambda name: there[name].title)
    return name


def curves(first: Run, second: Run) -> None:
    """The losses of both against the number of pictures seen, which allows for other batch sizes and data sets."""
    lines = [_training(first, TONES[0]), _training(second, TONES[1])]
    lines += [_held_out(first, TONES[0], "solid"), _held_out(second, TONES[1], "dash")]
    live_chart(
        lines,
        key="pair",
        label=f"The losses of {first.title} and of {second.title} against the pictures seen",
        x_title="Pictures seen",
        y_title="MSE",
        height=380,
        log_y=True,
        x_range=(0, max((x for trace in lines for x in trace.x), default=1)),
    )
    variational = any(run.config.model.variational for run in (first, second))
    kl = " The MSE of a variational network is shown here; its KL divergence is on its card." if variational else ""
    st.caption(
        "Bold: the held-out loss. Faint: the training loss. The horizontal axis is the number of training pictures so "
        f"far, so runs with other batch sizes and data sets can be compared.{kl}"
    )


def changed(first: Run, second: Run) -> None:
    """A table of the settings that differ."""
    rows = differences(first.config, second.config)
    if not rows:
        st.markdown("All settings are the same.")
        return
    head = "".join(
        f'<th scope="col"><span style="--tone:{tone}">{escape(run.title)}</span></th>'
        for run, tone in zip((first, second), TONES, strict=True)
    )
    body = "".join(
        f'<tr><th scope="row">{escape(row.label)}</th><td>{escape(row.first)}</td><td>{escape(row.second)}</td></tr>'
        for row in rows
    )
    st.html(f'<table class="changed"><thead><tr><th scope="col">Setting</th>{head}</tr></thead>{body}</table>')


def again(first: Run, second: Run) -> None:
    """If the seeds differ: a link that trains the second run again with the seed of the first."""
    if first.config.seed != second.config.seed:
        same = replace(second.config, seed=first.config.seed)
        links.to_train(st.container(), same, f"Train {second.title} again with seed {first.config.seed}")


def _training(run: Run, tone: str) -> Trace:
    seen, losses = axes(smoothed(run.history.losses, POINTS), run.config.batch_size)
    return Trace(f"{run.title}, training", seen, losses, tone, width=1.5, opacity=0.5, in_legend=False)


def _held_out(run: Run, tone: str, dash: Dash) -> Trace:
    seen, losses = axes(thinned(run.history.held_out, POINTS), run.config.batch_size)
    return Trace(run.title, seen, losses, tone, width=3, dash=dash)
