"""A chart of the study: test MSE against code size, with switches, without, and for PCA."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from cae import registry
from cae.config import Unpooling
from cae.config.settings import written
from cae.ui.parts import palette
from cae.ui.parts.figures import not_measured
from cae.ui.parts.live_chart import Trace, live_chart
from cae.ui.parts.text import number
from cae.ui.switches.budget import numbers
from cae.ui.switches.study_rows import KINDS, figures, repeat
from cae.ui.visitor.services import SHIPPED

if TYPE_CHECKING:
    from cae.evaluation.study import Row, Study

__all__ = ["study_chart"]

STUDY = SHIPPED.parent / "study.json"
MEASURE = "python -m cae study --out assets/study.json"


def study_chart() -> None:
    """The chart, its figures in a sentence and in a table, and the command of each row.

    If the study was never run: a sentence, and the command that runs it.
    """
    try:
        study = _read(STUDY)
    except OSError:
        not_measured(MEASURE, "less than an hour")
        return
    chart(study)
    st.write(answer(study))
    st.caption(circumstances(study))
    with st.expander(f"All {len(study.rows)} rows, and the command that repeats each"):
        figures(study)
        repeat(study)


@cache
def _read(path: Path) -> Study:
    from cae.evaluation.study import read

    return read(path)


def chart(study: Study) -> None:
    """A line of test MSE against code size for each kind of unpooling, and one for PCA."""
    lines = {kind: [row for row in study.rows if row.config.model.unpooling == kind] for kind in KINDS}
    sizes = [written(row.config.model.code_size) for row in lines["switches"]]
    beside = [row.pca for row in lines["switches"] if row.pca]
    pca = Trace(
        "PCA",
        range(len(beside)),
        [one.mse for one in beside],
        palette.PCA,
        dash="dash",
        mode="lines+markers",
        notes=[f", SSIM {number(one.ssim)}" for one in beside],
    )
    live_chart(
        [*(_line(kind, rows) for kind, rows in lines.items()), pca],
        key="study_chart",
        label="Test MSE against the numbers in the code, with switches, without switches, and for PCA",
        x_title="Numbers in the code",
        y_title="Test MSE",
        height=380,
        log_y=True,
        categories=sizes,
    )


def _line(kind: Unpooling, rows: Sequence[Row]) -> Trace:
    name, tone = KINDS[kind]
    return Trace(
        name,
        range(len(rows)),
        [row.mse for row in rows],
        tone,
        mode="lines+markers",
        above=[max(one.mse for one in row.figures) - row.mse for row in rows],
        below=[row.mse - min(one.mse for one in row.figures) for row in rows],
        notes=[f", spread {number(row.spread)}, SSIM {number(row.ssim)}" for row in rows],
    )


def answer(study: Study) -> str:
    """What the chart shows, in its own figures."""
    pca = {row.config.model.code_size: row.pca.mse for row in study.rows if row.config.model.code_size and row.pca}
    least, most = min(pca), max(pca)
    helped, alone, wide = study.at("switches", least), _without(study, least), _without(study, most)
    sentence = (
        f"With {numbers(least)} in the code, the test MSE is **{number(helped.mse)}** with switches "
        f"({helped.config.model.switch_bits:,} bits bypass the code), "
        f"**{number(alone.mse)}** without, and {number(pca[least])} for PCA."
    )
    beaten = max((size for size, mse in pca.items() if mse > max(one.mse for one in helped.figures)), default=least)
    if beaten > least:
        sentence += f" With switches it is below even that of PCA with {numbers(beaten)} ({number(pca[beaten])})."
    if wide.mse < alone.mse:
        sentence += (
            f" Without switches, everything must go through the code. With {numbers(most)}, the error falls to "
            f"{number(wide.mse)}."
        )
    return sentence


def _without(study: Study, size: int) -> Row:
    """The network without switches, of this code size, that has the lowest test MSE."""
    return min((study.at(kind, size) for kind in KINDS if kind != "switches"), key=lambda row: row.mse)


def circumstances(study: Study) -> str:
    """How the study was measured: data set, networks, epochs, seeds and device."""
    row = study.at("switches", None)
    config, seeds = row.config, row.seeds
    shape = "–".join(map(str, config.model.channels))
    epochs = f"{config.epochs} epoch{'s' * (config.epochs != 1)}"
    quick = " These are figures of a quick trial: they mean nothing." if study.quick else ""
    return (
        "Fixed and Transpose are decoders without switches. Fixed puts every value back into the top left corner of "
        "its window. Transpose enlarges the maps by transposed convolution. If the code size is none, the last feature "
        f"map is the code: {numbers(config.model.code_numbers)}. Measured on {study.images:,} test pictures of "
        f"{registry.title(study.dataset)}, with channels {shape}, {epochs} and {len(seeds)} seeds "
        f"({', '.join(map(str, seeds))}). A point is the mean over the seeds, and its bar goes from the best to the "
        f"worst seed. Device: {study.device}.{quick}"
    )
