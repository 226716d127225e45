"""The table of the study, and the command that repeats a row."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from cae.config import Unpooling
from cae.config.settings import written
from cae.ui.parts import palette
from cae.ui.parts.text import number

if TYPE_CHECKING:
    from cae.evaluation.study import Study

__all__ = ["KINDS", "figures", "repeat"]

KINDS: dict[Unpooling, tuple[str, str]] = {  # title and colour; with switches and without as in with_and_without.py
    "switches": ("Switches", palette.RECONSTRUCTION),
    "fixed": ("Fixed", palette.TRAINING),
    "transpose": ("Transpose", palette.OTHER),
}
IN_A_ROW: dict[str, Any] = {"required": True, "bind": "query-params"}


def figures(study: Study) -> None:
    """A table with a row for each code size, and a column for each kind of unpooling and for PCA."""
    sizes = list(dict.fromkeys(row.config.model.code_size for row in study.rows))
    heads = [(name, tone, study.at(kind, sizes[0]).config.model.switch_bits) for kind, (name, tone) in KINDS.items()]
    head = "".join(
        f'<th scope="col"><span style="--tone:{tone}">{escape(name)}</span><small>{bits:,} bits bypass</small></th>'
        for name, tone, bits in [*heads, ("PCA", palette.PCA, 0)]
    )
    body = ""
    for size in sizes:
        rows = [study.at(kind, size) for kind in KINDS]
        cells = "".join(_cell(row.mse, row.ssim, f"± {number(row.spread)}") for row in rows)
        pca = rows[0].pca
        cells += _cell(pca.mse, pca.ssim) if pca else "<td>–</td>"
        body += f'<tr><th scope="row">{written(size)}</th>{cells}</tr>'
    st.html(
        f'<table class="study"><thead><tr><th scope="col">Code</th>{head}</tr></thead><tbody>{body}</tbody></table>'
    )
    st.caption(
        "The large number is the test MSE, a mean over the seeds. After ±: the spread of the seeds. Below: the SSIM."
    )


def _cell(mse: float, ssim: float, spread: str = "") -> str:
    return f"<td>{number(mse)} <small>{spread}</small><small>SSIM {number(ssim)}</small></td>"


@st.fragment
def repeat(study: Study) -> None:
    """Controls that choose a row, and its command."""
    sizes = {written(row.config.model.code_size): row for row in study.rows}
    with st.container(horizontal=True):
        kind = st.segmented_control(
            "Unpooling",
            list(KINDS),
            default="switches",
            format_func=lambda one: KINDS[one][0],
            key="unpool",
            **IN_A_ROW,
        )
        size = st.segmented_control("Code size", list(sizes), default=next(iter(sizes)), key="size", **IN_A_ROW)
    row = study.at(kind, sizes[size].config.model.code_size)
    st.code(row.command, language="bash", wrap_lines=True)
