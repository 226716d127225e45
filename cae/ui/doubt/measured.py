"""How well each score finds challengers, measured over whole sets of them: a table, curves and what they say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from typing import Any

import streamlit as st

from cae import registry
from cae.runs.run import Run, title
from cae.ui.doubt.profile import FOLDER
from cae.ui.doubt.verdict import ABOUT, NAMES
from cae.ui.parts import palette
from cae.ui.parts.figures import not_measured
from cae.ui.parts.live_chart import Trace, live_chart
from cae.ui.parts.text import plain

__all__ = ["COMMAND", "measured"]

FILE = FOLDER / "outliers.json"
CONTROL, FIRST = "drawn digits", "letters"
NETWORKS = ("classic", "bottleneck-32", "bottleneck-8", "bottleneck-2")
COMMAND = (
    f"python -m cae outliers {' '.join(f'assets/models/{name}.safetensors' for name in NETWORKS)} --out assets/outliers"
)
TONES = {
    "error": palette.ORIGINAL,
    "error for its ink": palette.PCA,
    "code": palette.TRAINING,
    "both": palette.RECONSTRUCTION,
}


def measured(run: Run) -> None:
    """The AUROC of each score and kind of challenger, the ROC curves of one kind, and the truth about the networks."""
    if not FILE.exists():
        not_measured(COMMAND, "a quarter of an hour")
        return
    told = _read()
    networks = list(dict.fromkeys(row["network"] for row in told["rows"]))
    name = run.name if run.name in networks else networks[0]
    if name != run.name:
        st.caption(f"{plain(run.title)} is not among the networks that were measured; this is {title(name)}.")
    found = {(row["network"], row["score"], row["outliers"]): row for row in told["rows"]}
    kinds = list(dict.fromkeys(row["outliers"] for row in told["rows"]))
    scores = list(dict.fromkeys(row["score"] for row in told["rows"]))
    st.write(
        "AUROC is the probability that a score calls a challenger more unusual than a digit. 1: always. 0.5: no better "
        "than chance. Below 0.5: challengers seem more usual than digits."
    )
    st.html(_table({NAMES[score]: [found[name, score, kind]["auroc"] for kind in kinds] for score in scores}, kinds))
    st.write(_answer(found, name, [kind for kind in kinds if kind != CONTROL], scores))
    kind = st.selectbox(
        "Challengers", kinds, kinds.index(FIRST), format_func=str.capitalize, key="challengers", bind="query-params"
    )
    alarms = told["alarms"]
    live_chart(
        [Trace(NAMES[score], alarms, found[name, score, kind]["found"], TONES[score]) for score in scores],
        key="roc_chart",
        label=f"{title(name)}: the share of {kind} that is found, against the share of false alarms, for each score",
        x_title="Test digits called unusual (false alarms)",
        y_title=f"{kind.capitalize()} found",
        height=380,
        x_range=(0, 1),
        y_range=(0, 1),
    )
    st.caption(
        f"Each score at every threshold (a ROC curve), over {told['images']:,} test pictures of "
        f"{registry.title(told['dataset'])} and as many challengers of each kind. AUROC is the area under the curve. "
        "The scores know training and validation digits only, and no challengers. Drawn digits are a control: they do "
        "belong, and are drawn by the program that draws the letters and scribbles. Near 0.5 is right for them; below, "
        "they look more usual than handwriting."
    )
    st.header("Which networks redraw even what is no digit?")
    st.html(_table({title(one): [found[one, "error", other]["auroc"] for other in kinds] for one in networks}, kinds))
    st.write(_networks(found, networks))
    with st.expander("What the scores are, and the command that measures them"):
        st.markdown("\n\n".join(f"**{NAMES[score]}.** {ABOUT[score]}" for score in scores))
        st.code(COMMAND, language="bash", wrap_lines=True)


@cache
def _read() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return told


def _table(rows: dict[str, list[float]], kinds: list[str]) -> str:
    """AUROC: a column for each score or network, a row for each kind; the best of a row is bold, as it is shown."""
    body = "".join(
        f'<tr><th scope="row">{kind.capitalize()}</th>{"".join(_cells(values, kind != CONTROL))}</tr>'
        for kind, values in zip(kinds, zip(*rows.values(), strict=True), strict=True)
    )
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in rows)
    return (
        f'<table class="exchanged samples"><thead><tr><th>AUROC</th>{heads}</tr></thead><tbody>{body}</tbody></table>'
    )


def _cells(values: Sequence[float], ranked: bool) -> Iterator[str]:
    for value in values:
        text = f"{value:.3f}"
        yield f"<td><b>{text}</b></td>" if ranked and text == f"{max(values):.3f}" else f"<td>{text}</td>"


def _answer(found: dict[tuple[str, str, str], Any], name: str, kinds: list[str], scores: list[str]) -> str:
    """Where the plain error fails most, and which score does better there."""
    worst = min(kinds, key=lambda kind: found[name, "error", kind]["auroc"])
    plain_error = found[name, "error", worst]["auroc"]
    best = max(scores, key=lambda score: found[name, score, worst]["auroc"])
    better = found[name, best, worst]["auroc"]
    sentence = f"The plain error of {title(name)} is worst at {worst}: an AUROC of {plain_error:.3f}."
    if best == "error":
        return f"{sentence} No other score does better."
    return (
        f"{sentence} **{NAMES[best]}** does best there: {better:.3f}. Given one digit and one of "
        f"these, it calls the right one unusual in {100 * better:.0f} of 100 cases, and the plain error in "
        f"{100 * plain_error:.0f}."
    )


def _networks(found: dict[tuple[str, str, str], Any], networks: list[str]) -> str:
    """What a larger code, or switches, cost in doubt."""
    kind = "rotated"
    values = {one: found[one, "error", kind]["auroc"] for one in networks}
    low, high = min(values, key=lambda one: values[one]), max(values, key=lambda one: values[one])
    return (
        f"By its error alone, {title(low)} hardly tells {kind} digits from upright ones: {values[low]:.3f}. "
        f"{title(high)} reaches {values[high]:.3f}. A network that redraws even what it has never met has a small "
        "error on everything, so its error says little about what belongs. The switches of Classic carry any picture "
        "around its code."
    )
