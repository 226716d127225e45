"""How the Compare page looks: everyone's scores, a grid of pictures and one of them large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cae.data import class_names
from cae.ui import models, palette
from cae.ui.choices import Showing
from cae.ui.contenders import Contender, arranged
from cae.ui.digit_grid import digit_grid
from cae.ui.images import signed_error
from cae.ui.testset import Measured, TestSet
from cae.ui.views import DEFINITIONS, Tile, number, tiles

__all__ = ["Waiting", "grid", "large", "scores"]

IN_PICTURES = 3  # contenders in the grid; all have their row in the table
LARGE = "large-picture"


class Waiting:
    """Progress while something is measured: a bar, and over the page empty places as large as what will come."""

    def __init__(self, bar: DeltaGenerator, page: DeltaGenerator, lined_up: Sequence[Contender]) -> None:
        self.bar, self.page, self.lined_up = bar, page, lined_up
        self.begun = False

    def __call__(self, share: float, words: str) -> None:
        if not self.begun:
            self.begun = True
            with self.page.container():
                scores(self.lined_up, None)
                st.html('<div class="waiting"></div>')
        self.bar.progress(min(1.0, share), words)


def scores(lined_up: Sequence[Contender], results: Sequence[Measured] | None) -> None:
    """A row of figures for each, with what its code may hold under it."""
    head = "".join(f'<th scope="col" title="{escape(text)}">{name}</th>' for name, text in DEFINITIONS.values())
    rows = ""
    for place, one in enumerate(lined_up):
        values = [number(value) for value in asdict(results[place].figures).values()] if results else ["…"] * 4
        cells = "".join(f"<td>{value}</td>" for value in values)
        rows += (
            f'<tbody style="--tone:{one.tone}"><tr><th scope="row">{escape(one.title)}</th>{cells}</tr>'
            f'<tr><td colspan="5"><small>{escape(one.note)}</small></td></tr></tbody>'
        )
    st.html(f'<table class="scores"><thead><tr><td></td>{head}</tr></thead>{rows}</table>')


def grid(lined_up: Sequence[Contender], results: Sequence[Measured], test: TestSet, showing: Showing) -> int:
    """Originals over what everyone made of them; returns the chosen one's place in the test set."""
    places = arranged(test.labels, results[0], showing.order, showing.metric, showing.only)
    called, (metric, _) = class_names(test.name), DEFINITIONS[showing.metric]
    worth = [number(float(results[0].each[showing.metric][place])) for place in places]
    legend("Original", *(one.title for one in lined_up[:IN_PICTURES]), tones=tones(lined_up))
    who = "-".join(one.run.digest if one.run else str(one.code_size) for one in lined_up)
    chosen = digit_grid(
        [test.images[places], *(result.images[places] for result in results[:IN_PICTURES])],
        labels=[f"{called[test.labels[place]]}, {metric} {value}" for place, value in zip(places, worth, strict=True)],
        captions=worth,
        tones=tones(lined_up),
        label="Test pictures: originals over reconstructions",
        selected=0,
        reveals=LARGE,
        key=f"grid-{test.name}-{who}-{showing.only}-{showing.order}-{showing.metric}",
    )
    return places[chosen or 0]


def large(lined_up: Sequence[Contender], results: Sequence[Measured], test: TestSet, place: int) -> None:
    """One picture, and beside every reconstruction of it the difference."""
    original = test.images[place]
    what = f"Picture {place + 1:,} of {len(test.images):,} in {models.DATASETS[test.name]}."
    pairs = [
        Tile(original, "Original", palette.ORIGINAL, f"Labelled {class_names(test.name)[test.labels[place]]}"),
        Tile(None, "", palette.ORIGINAL, f"{what} Beside what came back, the difference: blue is lost, orange added."),
    ]
    for one, result in zip(lined_up[:IN_PICTURES], results, strict=False):
        figures, back = result.at(place), result.images[place]
        note = f"RMSE {number(figures.rmse)}, SSIM {number(figures.ssim)}, PSNR {number(figures.psnr)} dB"
        pairs += [
            Tile(back, one.title, one.tone, note),
            Tile(signed_error(original, back), "Difference", palette.DIFFERENCE),
        ]
    with st.container(key=LARGE):
        tiles(pairs, columns=2)


def tones(lined_up: Sequence[Contender]) -> list[str]:
    return [palette.ORIGINAL, *(one.tone for one in lined_up[:IN_PICTURES])]


def legend(*words: str, tones: Sequence[str]) -> None:
    chips = (f'<span style="--tone:{tone}">{escape(word)}</span>' for word, tone in zip(words, tones, strict=True))
    st.html(f'<p class="legend">{"".join(chips)}</p>')
