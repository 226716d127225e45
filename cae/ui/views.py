"""How things look on every page: pictures with their captions, figures with their definitions."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape

import streamlit as st

from cae.figures import Figures
from cae.inference import Reconstruction
from cae.ui import palette
from cae.ui.images import Picture, data_url, sheet, signed_error

__all__ = [
    "DEFINITIONS",
    "Tile",
    "definitions",
    "duration",
    "figures",
    "journey",
    "number",
    "plain",
    "strip",
    "tiles",
    "two_ways",
]

DEFINITIONS = {
    "mse": (
        "MSE",
        "Mean squared error: the mean of (original − reconstruction)² over pixels from 0 to 1. 0 is perfect.",
    ),
    "rmse": ("RMSE", "Root of the MSE: a typical pixel's error, where 1 is the step from black to white."),
    "psnr": ("PSNR", "Peak signal-to-noise ratio, −10·log₁₀(MSE), in decibels. More is better."),
    "ssim": ("SSIM", "Structural similarity in an 11×11 Gaussian window with σ = 1.5. 1 is perfect, 0 unrelated."),
}


@dataclass(frozen=True)
class Tile:
    """One picture of a row: what it is in words, and the colour that this thing has on every page."""

    picture: Picture | None  # None: words alone
    caption: str
    tone: str
    note: str = ""


def tiles(pictures: Sequence[Tile], columns: int | None = None, phone: int | None = None) -> None:
    """Pictures side by side, more than three of them two by two on a phone; they change in place."""
    cells = "".join(
        f'<figure style="--tone:{one.tone}">{_image(one)}'
        f"<figcaption>{escape(one.caption)}<small>{escape(one.note)}</small></figcaption></figure>"
        for one in pictures
    )
    across = columns or len(pictures)
    phone = phone or (across if across <= 3 else 2)
    height, width = next(one.picture.shape for one in pictures if one.picture is not None)[:2]
    st.html(f'<div class="tiles" style="--columns:{across};--phone:{phone};--ratio:{width}/{height}">{cells}</div>')


def _image(one: Tile) -> str:
    return "" if one.picture is None else f'<img src="{data_url(one.picture)}" alt="{escape(one.caption)}">'


def strip(rows: Sequence[Picture], tones: Sequence[str]) -> None:
    """Rows of small pictures (N, H, W) over each other, the same thing in the same column."""
    images = "".join(
        f'<img src="{data_url(sheet(row, columns=len(row), gap=1))}" alt="" style="--tone:{tone}">'
        for row, tone in zip(rows, tones, strict=True)
    )
    st.html(f'<div class="strip">{images}</div>')


def journey(digit: Picture, back: Picture, network: str) -> None:
    """What the network sees, what comes back, and the difference."""
    difference = signed_error(digit, back)
    tiles(
        [
            Tile(digit, "What the network sees", palette.ORIGINAL, "28×28 pixels, as MNIST would"),
            Tile(back, "What comes back", palette.RECONSTRUCTION, network),
            Tile(difference, "The difference", palette.DIFFERENCE, "Blue: ink lost. Orange: ink added."),
        ]
    )


def two_ways(plain: Picture, plain_back: Reconstruction, digit: Picture, back: Reconstruction) -> None:
    """A drawing merely shrunk and what comes back of it, beside the same prepared as MNIST's digits were."""

    def came_back(of: Reconstruction) -> Tile:
        note = f"RMSE {number(of.figures[0].rmse)}"
        return Tile(of.images[0], "What comes back", palette.RECONSTRUCTION, note)

    tiles(
        [
            Tile(plain, "As drawn", palette.ORIGINAL, "The canvas, merely shrunk"),
            came_back(plain_back),
            Tile(digit, "As MNIST would", palette.ORIGINAL, "Fitted and centred"),
            came_back(back),
        ]
    )


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


def plain(text: str) -> str:
    """Text in which Markdown finds nothing to do: what an address says must not become a link or a picture."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)  # ASCII punctuation: all that Markdown looks for


def number(value: float) -> str:
    """Three significant digits."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "–"
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}" if digits <= 6 else f"{value:.2e}"


def duration(seconds: float) -> str:
    """A time as a person would tell it."""
    if seconds < 90:
        return f"{seconds:.0f}\N{NO-BREAK SPACE}s" if seconds >= 9.5 else f"{seconds:.1f}\N{NO-BREAK SPACE}s"
    return f"{seconds / 60:,.0f}\N{NO-BREAK SPACE}min"
