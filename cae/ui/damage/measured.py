"""The table of repairs that was measured over the test set: its chart, and what it says in a sentence."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import streamlit as st

from cae import registry
from cae.config import Corruption
from cae.runs.run import Run, title
from cae.ui.parts import palette
from cae.ui.parts.damage import SCALES, TITLES, amount
from cae.ui.parts.figures import not_measured
from cae.ui.parts.live_chart import Trace, live_chart
from cae.ui.parts.text import number, plain
from cae.ui.visitor.services import SHIPPED

if TYPE_CHECKING:
    from cae.evaluation.repair import Row, Table

__all__ = ["NETWORKS", "chart", "simple_tones", "table", "way_title"]

FILE = SHIPPED.parent / "repair.json"
NETWORKS = (palette.RECONSTRUCTION, palette.OTHER, palette.TRAINING)  # colours of the plain network and of others
MEASURE = (
    "python -m cae repair assets/models/bottleneck-32.safetensors assets/models/denoiser-32.safetensors "
    "assets/models/restorer-32.safetensors --out assets/repair.json"
)


def table() -> Table | None:
    """The table in ``assets``; None if it was never measured."""
    return _read() if FILE.exists() else None


@cache
def _read() -> Table:
    from cae.evaluation.repair import read

    return read(FILE)


def _side(measured: Table) -> int:
    """Of the pictures that it was measured on."""
    return registry.DATASETS[measured.dataset].shape.side


def simple_tones() -> dict[str, str]:
    """The colour of each simple way."""
    from cae.evaluation.repair import MEDIAN, PCA_WAY, TOTAL_VARIATION

    return {MEDIAN: palette.MEDIAN, TOTAL_VARIATION: palette.TOTAL_VARIATION, PCA_WAY: palette.PCA}


def chart(kind: Corruption, strength: float, run: Run) -> None:
    """The test MSE of every way against the strength of this damage, what it says, and how it was measured."""
    from cae.evaluation.repair import DAMAGED

    measured = table()
    if measured is None:
        not_measured(MEASURE, "half an hour")
        return
    if run.config.dataset != measured.dataset:
        st.caption(
            f"This was measured with {registry.title(measured.dataset)} and its networks, not with {plain(run.title)}."
        )
    tones = {DAMAGED: palette.ORIGINAL, **simple_tones()}
    networks = iter(NETWORKS)
    ways = dict.fromkeys(row.way for row in measured.rows)
    traces = []
    for way in ways:
        rows = measured.curve(kind, way)
        traces.append(
            Trace(
                way_title(way),
                [row.strength for row in rows],
                [row.figures.mse or None for row in rows],  # undamaged pictures have no error, and a logarithm no 0
                tones.get(way) or next(networks),
                dash="solid" if way not in tones else "dot" if way == DAMAGED else "dash",
                mode="lines+markers",
                notes=[f", SSIM {number(row.figures.ssim)}" for row in rows],
            )
        )
    live_chart(
        traces,
        key="repair_chart",
        label=f"Test MSE of each way against the strength of the damage: {TITLES[kind]}",
        x_title=f"Strength: {SCALES[kind]}",
        y_title="Test MSE",
        height=380,
        log_y=True,
        marker=strength,
    )
    st.write(_answer(measured, kind, strength))
    st.caption(
        f"{_missing(measured, run)}Measured over {measured.images:,} test pictures of "
        f"{registry.title(measured.dataset)}. All ways get the same damaged pictures (seed {measured.seed}), and none "
        "is told what the damage is. The median filter and total variation have a setting: for each point, the best "
        "one for 300 other pictures with the same damage. In real life you would have to guess it. At strength 0, "
        "nothing is damaged."
    )
    with st.expander("The command that measures it"):
        st.code(MEASURE, language="bash", wrap_lines=True)


def _missing(measured: Table, run: Run) -> str:
    """A sentence, if the network that the page shows was not measured."""
    if any(row.way == run.name for row in measured.rows):
        return ""
    return f"{plain(run.title)} was not measured, so it is not on the chart. "


def _answer(measured: Table, kind: Corruption, strength: float) -> str:
    """Which way repairs this damage best at this strength, and by how much."""
    from cae.evaluation.repair import DAMAGED, SIMPLE

    rows: dict[str, Row] = {
        way: measured.at(kind, strength, way) for way in dict.fromkeys(row.way for row in measured.rows)
    }
    nothing = rows.pop(DAMAGED)
    best = min(rows.values(), key=lambda row: row.figures.mse)
    simple = min((rows[way] for way in SIMPLE), key=lambda row: row.figures.mse)
    nearest = "" if best.strength == strength else f"The nearest strength that was measured is {best.strength:g}. "
    if best.strength == 0:
        best_leaves = f"the best one, {_lower(way_title(best.way))}, leaves an MSE of {number(best.figures.mse)}"
        return f"{nearest}There, nothing is damaged, and every way only makes it worse: {best_leaves}."
    damage = f"{_lower(TITLES[kind])} ({amount(kind, best.strength, _side(measured))})"
    sentence = f"{nearest}With {damage}, the damaged test pictures have an MSE of {number(nothing.figures.mse)}."
    if best.figures.mse >= nothing.figures.mse:
        return f"{sentence} No way makes it less: the best one leaves {number(best.figures.mse)}."
    sentence += f" **{way_title(best.way)}** repairs them best: it leaves **{number(best.figures.mse)}**"
    if best.way not in SIMPLE:
        times = simple.figures.mse / best.figures.mse
        sentence += f". The best simple way, {_lower(way_title(simple.way))}, leaves {number(times)} times as much"
    return f"{sentence}."


def way_title(way: str) -> str:
    """A way as a name: a network's is made of its file's."""
    from cae.evaluation.repair import PCA_WAY

    return way if way == PCA_WAY else title(way)


def _lower(words: str) -> str:
    return words if words.startswith(("PCA", "Gaussian")) else words[0].lower() + words[1:]
