"""The four metrics (MSE, RMSE, PSNR, SSIM) and their definitions, as every page shows them."""

from __future__ import annotations

from dataclasses import asdict
from html import escape

import streamlit as st

from cae.runs.figures import Figures
from cae.ui.parts import palette
from cae.ui.parts.text import number

__all__ = ["DEFINITIONS", "definitions", "figures", "figures_row", "not_measured"]

DEFINITIONS = {
    "mse": (
        "MSE",
        "Mean squared error: the mean of (original − reconstruction)² over all pixels, which are 0 to 1. 0 is perfect.",
    ),
    "rmse": ("RMSE", "Square root of the MSE: the typical error of a pixel, where 1 is the step from black to white."),
    "psnr": ("PSNR", "Peak signal-to-noise ratio: −10·log₁₀(MSE), in decibels (dB). More is better."),
    "ssim": ("SSIM", "Structural similarity, in an 11×11 Gaussian window with σ = 1.5. 1 is perfect, 0 is unrelated."),
}


def figures(values: Figures, tone: str = palette.RECONSTRUCTION) -> None:
    """Show the four metrics in a row. Each shows its definition on hover."""
    st.html(figures_row(values, tone))


def figures_row(values: Figures, tone: str = palette.RECONSTRUCTION) -> str:
    """The HTML of such a row."""
    cells = "".join(
        f'<div style="--tone:{tone}"><dt title="{escape(DEFINITIONS[name][1])}">{DEFINITIONS[name][0]}</dt>'
        f"<dd>{number(value)}{' dB' if name == 'psnr' else ''}</dd></div>"
        for name, value in asdict(values).items()
    )
    return f'<dl class="figures">{cells}</dl>'


def not_measured(command: str, takes: str) -> None:
    """In place of figures that are measured by a command: that command, and how long it takes."""
    st.write(f"This has not been measured yet. Run this command in the app's folder; it takes {takes}:")
    st.code(command, language="bash", wrap_lines=True)


def definitions(over_a_set: bool = False) -> None:
    """An expander with the definitions of the metrics."""
    sentences = [f"**{name}.** {text}" for name, text in DEFINITIONS.values()]
    if over_a_set:
        sentences.append(
            "Over a set of pictures, MSE is the mean over all pixels of all pictures, and RMSE is its square root. "
            "PSNR and SSIM are computed for each picture, then averaged."
        )
    st.expander("What the figures mean").markdown("\n\n".join(sentences))
