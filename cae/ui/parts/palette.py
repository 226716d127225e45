"""The colours of the app: each kind of picture or line has one colour on every page, in both themes.

Lines and captions use the colours of Okabe and Ito (https://jfly.uni-koeln.de/color). The ten classes use the
ten-colour sequence of M. Petroff (arXiv:2107.02270). Colour-blind people can tell both apart. The lines are visible
on the light and on the dark background, so only text, grid and background change with the theme.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DARK",
    "DIFFERENCE",
    "DIGITS",
    "HELD_OUT",
    "LIGHT",
    "MEDIAN",
    "ORIGINAL",
    "OTHER",
    "PCA",
    "RECONSTRUCTION",
    "SIGNED_ERROR",
    "TOTAL_VARIATION",
    "TRAINING",
    "Theme",
    "figure_layout",
]

ORIGINAL = "#6F7A88"
RECONSTRUCTION = "#0072B2"  # blue of Okabe and Ito
DIFFERENCE = "#B8860B"  # their orange, darkened to be visible on the light background
PCA = "#D55E00"
OTHER = "#C2609B"  # a second network; their purple, darkened as well
MEDIAN = "#8C6D1F"  # an olive that differs from the others in lightness
TOTAL_VARIATION = "#3BA3C7"  # their sky blue, darkened
TRAINING = "#009E73"
HELD_OUT = RECONSTRUCTION  # the held-out loss is the error of reconstructions

DIGITS = (
    "#3F90DA",
    "#FFA90E",
    "#BD1F01",
    "#94A4A2",
    "#832DB6",
    "#A96B59",
    "#E76300",
    "#B9AC70",
    "#717581",
    "#92DADD",
)


@dataclass(frozen=True)
class Theme:
    """The colours that change with the theme. They must equal those in ``.streamlit/config.toml`` (tested).

    ``primary`` is the colour of words and marks: the blue of reconstructions, as dark or as light as text must be.
    ``button`` lies under white words, so in the dark it cannot be as light; it is also in ``assets/style.css``.
    """

    primary: str
    button: str
    background: str
    surface: str
    text: str
    border: str


LIGHT = Theme(
    primary="#00649E",
    button="#00649E",
    background="#FDFCFA",
    surface="#F4F2EE",
    text="#22262E",
    border="#E3DFD8",
)
DARK = Theme(
    primary="#50A0DC",
    button="#2270AC",
    background="#14171C",
    surface="#1D2128",
    text="#E8E6E1",
    border="#333942",
)


def _signed_error_table() -> NDArray[np.uint8]:
    """A diverging colour map, (256, 3): 0 is blue (too dark), 128 black (no error), 255 orange (too bright).

    The middle is black because every digit has a black background, in both themes. Both halves are straight lines in
    Oklab (https://bottosson.github.io/posts/oklab) that end at the same lightness: equal errors of either sign look
    equally strong.
    """
    strength = np.abs(np.clip((np.arange(256) - 128) / 127, -1, 1))[:, None]
    lost, invented = np.array([0.78, -0.05, -0.11]), np.array([0.78, 0.06, 0.14])
    oklab = strength * np.where(np.arange(256)[:, None] < 128, lost, invented)
    to_cone = [
        [1, 0.3963377774, 0.2158037573],
        [1, -0.1055613458, -0.0638541728],
        [1, -0.0894841775, -1.291485548],
    ]
    to_rgb = [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.707614701],
    ]
    linear = np.clip((oklab @ np.transpose(to_cone)) ** 3 @ np.transpose(to_rgb), 0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    table: NDArray[np.uint8] = np.rint(255 * srgb).astype(np.uint8)
    return table


SIGNED_ERROR = _signed_error_table()


def figure_layout(dark: bool) -> dict[str, Any]:
    """The Plotly layout that all charts share: transparent background, faint grid, the app's font."""
    theme = DARK if dark else LIGHT
    return {
        "font": {"family": '"Source Sans", sans-serif', "size": 14, "color": theme.text},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": list(DIGITS),
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "xaxis": _axis(theme) | {"showgrid": False, "showline": True},
        "yaxis": _axis(theme),
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "itemclick": False,
            "itemdoubleclick": False,
        },
        "hoverlabel": {"bgcolor": theme.surface, "bordercolor": theme.border, "font": {"color": theme.text}},
    }


def _axis(theme: Theme) -> dict[str, Any]:
    return {
        "gridcolor": theme.border,
        "linecolor": theme.border,
        "zeroline": False,
        "ticks": "",
        "automargin": True,
        "title": {"standoff": 8, "font": {"size": 14}},
    }
