"""A line chart that is updated in place: its node in the page stays the same when its data change.

``st.plotly_chart`` builds a new chart on every change, which flickers. This component keeps one Plotly chart and
updates its data. The browser fetches Plotly once, from ``PLOTLY_ROUTE``. The file is Plotly's "basic" build, a
quarter of the full one in the Python package: it loads in a third of the time.
"""

from __future__ import annotations

import gzip
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cae.once import once
from cae.ui.parts.palette import figure_layout
from cae.ui.parts.text import number

__all__ = ["PLOTLY_ROUTE", "Dash", "Trace", "clicked", "live_chart"]

_HERE = Path(__file__).parent
_FILE = "plotly-basic-4.1.1.min.js"  # with the version in its name, a browser may cache it for ever

Dash = Literal["solid", "dot", "dash"]


@dataclass(frozen=True)
class Trace:
    """One line. A ``y`` that is None, infinite or NaN is a gap.

    ``above`` and ``below`` are the lengths of each point's error bar. ``notes`` follow its value in the hover label.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float | None]
    color: str
    width: float = 2
    opacity: float = 1
    dash: Dash = "solid"
    mode: Literal["lines", "markers", "lines+markers"] = "lines"
    in_legend: bool = True
    above: Sequence[float] = ()
    below: Sequence[float] = ()
    notes: Sequence[str] = ()


_mount = st.components.v2.component(
    "live_chart",
    html='<div class="live-chart" role="img"></div>',
    css=(_HERE / "live_chart.css").read_text(),
    js=(_HERE / "live_chart.js").read_text(),
    isolate_styles=False,  # Plotly's style sheet is in the page's head and would not apply in a shadow root
)


def live_chart(
    traces: Sequence[Trace],
    *,
    key: str,
    label: str,
    x_title: str,
    y_title: str,
    height: int = 320,
    log_y: bool = False,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    marker: float | None = None,
    categories: Sequence[str] = (),
) -> None:
    """Draw the lines. ``clicked`` returns where the visitor clicks.

    Args:
        label: what the chart shows. It is the accessible name, together with where each line begins and ends.
        height: in pixels.
        x_range, y_range: fixed axes, so that they do not move while the lines grow. Values outside widen ``y_range``.
        marker: x of a dotted vertical line.
        categories: names of x = 0, 1, 2, …; with them, clicks are not reported.
    """
    layout = figure_layout(dark=False)  # live_chart.css overrides the colours, so that a change of theme needs no rerun
    layout |= {"height": height, "hovermode": "x unified", "dragmode": False, "showlegend": len(traces) > 1}
    layout["xaxis"] |= {"range": x_range, "fixedrange": True}
    layout["xaxis"]["title"]["text"] = x_title
    layout["xaxis"]["unifiedhovertitle"] = {"text": f"{x_title} %{{x{'' if categories else ':,'}}}"}
    if categories:
        layout["xaxis"] |= {"type": "category", "tickangle": 0}  # otherwise Plotly reads "8" as a number
    layout["yaxis"] |= {"fixedrange": True, "tickformat": "~g"}
    layout["yaxis"] |= {"type": "log", "dtick": "D2"} if log_y else {"rangemode": "tozero"}
    layout["yaxis"]["title"]["text"] = y_title
    if y_range:
        values = [y for trace in traces for y in trace.y if y is not None and math.isfinite(y) and (y > 0 or not log_y)]
        ends = (min([y_range[0], *values]), max([y_range[1], *values]))
        layout["yaxis"]["range"] = [math.log10(end) for end in ends] if log_y else list(ends)
    if marker is not None:
        line = {"type": "line", "x0": marker, "x1": marker, "y0": 0, "y1": 1, "yref": "paper"}
        layout["shapes"] = [line | {"line": {"dash": "dot", "width": 1.5}}]
    data = {
        "file": _FILE,
        "label": _spoken(label, traces),
        "traces": [_line(trace, categories) for trace in traces],
        "layout": layout,
    }
    _mount(key=key, data=data, height=height, on_clicked_change=lambda: None)


def clicked(key: str) -> float | None:
    """The x that was clicked in the chart with this key, in the rerun that the click causes; None in every other."""
    x = st.session_state.get(key, {}).get("clicked")
    return float(x) if isinstance(x, int | float) and math.isfinite(x) else None


def _spoken(label: str, traces: Sequence[Trace]) -> str:
    """The chart in words, for those who cannot see it. A line that is not in the legend is not in the words."""
    lines = [
        f"{trace.name}: from {number(there[0])} to {number(there[-1])}"
        for trace in traces
        if trace.in_legend and (there := [y for y in trace.y if y is not None and math.isfinite(y)])
    ]
    return ". ".join([label, *lines])


def _line(trace: Trace, categories: Sequence[str]) -> dict[str, Any]:
    line = {
        "name": trace.name,
        "x": [categories[int(x)] if categories else float(x) for x in trace.x],
        "y": [float(y) if y is not None and math.isfinite(y) else None for y in trace.y],
        "mode": trace.mode,
        "showlegend": trace.in_legend,
        "hovertemplate": "%{y:.3~g}",
        "opacity": trace.opacity,
        "line": {"color": trace.color, "width": trace.width, "dash": trace.dash},
        "marker": {"color": trace.color},
    }
    if trace.notes:
        line |= {"text": list(trace.notes), "hovertemplate": "%{y:.3~g}%{text}"}
    if trace.above:
        ends = {"symmetric": False, "array": list(trace.above), "arrayminus": list(trace.below)}
        line["error_y"] = {"type": "data", "color": trace.color, "thickness": 1.5, **ends}
    return line


@once
def _compressed() -> bytes:
    """Plotly, compressed once. The server would compress it again for every visitor."""
    return gzip.compress((_HERE.parents[2] / "assets" / _FILE).read_bytes())


def _plotly(_: Request) -> Response:
    keep = {"Content-Encoding": "gzip", "Cache-Control": "public, max-age=31536000, immutable"}
    return Response(_compressed(), headers=keep, media_type="text/javascript")


PLOTLY_ROUTE = Route(f"/{{prefix:path}}{_FILE}", _plotly)  # under any base path of the server
