"""The four figures and their definitions, as every page shows them."""

from __future__ import annotations

from dataclasses import asdict
from html import escape

import streamlit as st

from cae.runs.figures import Figures
from cae.ui.parts import palette
from cae.ui.parts.text import number

__all__ = ["DEFINITIONS", "definitions", "figures"]

DEFINITIONS = {
    "mse": (
        "MSE",
        "Mean squared error: the mean of (original − reconstruction)² over pixels from 0 to 1. 0 is perfect.",
    ),
    "rmse": ("RMSE", "Root of the MSE: a typical pixel's error, where 1 is the step from black to white."),
    "psnr": ("PSNR", "Peak signal-to-noise ratio, −10·log₁₀(MSE), in decibels. More is better."),
    "ssim": ("SSIM", "Structural similarity in an 11×11 Gaussian window with σ = 1.5. 1 is perfect, 0 unrelated."),
}


def figures(values: Figures, tone: str = palette.RECONSTRUCTION) -> None:
    """The four figures in a row, each with its definition a hover away."""
    cells = "".join(
        f'<div style="--tone:{tone}"><dt title="{escape(DEFINITIONS[name][1])}">{DEFINITIONS[name][0]}</dt>'
        f"<dd>{number(value)}{' dB' if name == 'psnr' else ''}</dd></div>"
        for name, value in asdict(values).items()
    )
    st.html(f'<dl class="figures">{cells}</dl>')


def definitions(over_a_set: bool = False) -> None:
    """What the figures mean, folded away."""
    told = [f"**{name}.** {text}" for name, text in DEFINITIONS.values()]
    if over_a_set:
        told.append(
            "Over a set, MSE is the mean over all pixels of all images and RMSE its root; "
            "PSNR and SSIM are taken for each image, then averaged."
        )
    st.expander("What the figures mean").markdown("\n\n".join(told))
