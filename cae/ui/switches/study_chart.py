"""What a number in the code is worth: the study's table, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from cae.config import Unpooling
from cae.config.settings import written
from cae.data import names
from cae.ui.parts import palette
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
    """The chart, what it says, its figures, and the command behind each row; a sentence where nothing is measured."""
    try:
        study = _read(STUDY)
    except OSError:
        st.write("This has not been measured here yet. In the program's folder this measures it, in less than an hour:")
        st.code(MEASURE, language="bash", wrap_lines=True)
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
    """Test MSE against the code size, a line for each unpooling and one for PCA."""
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
        label="Test MSE against the numbers in the code, with switches, without, and of PCA",
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
    """What the chart says, in its own figures."""
    pca = {row.config.model.code_size: row.pca.mse for row in study.rows if row.config.model.code_size and row.pca}
    least, most = min(pca), max(pca)
    helped, alone, wide = study.at("switches", least), _without(study, least), _without(study, most)
    said = (
        f"With {numbers(least)} in the code the error is **{number(helped.mse)}** with switches "
        f"({helped.config.model.switch_bits:,} bits around it), "
        f"**{number(alone.mse)}** without, and {number(pca[least])} for PCA."
    )
    beaten = max((size for size, mse in pca.items() if mse > max(one.mse for one in helped.figures)), default=least)
    if beaten > least:
        said += f" With switches it is below even that of PCA with {numbers(beaten)} ({number(pca[beaten])})."
    if wide.mse < alone.mse:
        said += (
            f" Without switches the code must carry the picture: with {numbers(most)} the error falls to "
            f"{number(wide.mse)}."
        )
    return said


def _without(study: Study, size: int) -> Row:
    """The better of the networks of this size that have no switches."""
    return min((study.at(kind, size) for kind in KINDS if kind != "switches"), key=lambda row: row.mse)


def circumstances(study: Study) -> str:
    """On what the study was measured."""
    row = study.at("switches", None)
    config, seeds = row.config, row.seeds
    shape = "–".join(map(str, config.model.channels))
    epochs = f"{config.epochs} epoch{'s' * (config.epochs != 1)}"
    quick = " These are quick figures, which mean nothing." if study.quick else ""
    return (
        "Fixed and Transpose are decoders without switches: the one puts every value back into the same corner, the "
        "other enlarges by transposed convolutions. Without a code size (none) the last feature map is the code, "
        f"{numbers(config.model.code_numbers)}. {names.TITLES[study.dataset]}, {study.images:,} test pictures; "
        f"channels {shape}, {epochs}, {len(seeds)} seeds ({', '.join(map(str, seeds))}): a point is their mean, its "
        f"bar reaches from the best to the worst. Measured on {study.device}.{quick}"
    )
