"""One test picture, enlarged: a divider between two versions of it, and each method's reconstruction and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from html import escape

import streamlit as st

from cae import registry
from cae.runs.figures import Figures
from cae.ui.compare.bins import LESS_IS_BETTER
from cae.ui.compare.choices import choose_sides
from cae.ui.compare.methods import Method
from cae.ui.parts import palette
from cae.ui.parts.figures import DEFINITIONS
from cae.ui.parts.images import data_url, signed_error
from cae.ui.parts.split_view import Side, split_view
from cae.ui.parts.test_set import Measured, TestSet
from cae.ui.parts.text import number, plain

__all__ = ["STAGE", "one_picture"]

STAGE = "one-picture"


def one_picture(compared: Sequence[Method], results: Sequence[Measured], test: TestSet, place: int) -> None:
    """Show the test picture with the index ``place``."""
    original = test.images[place]
    sides = [Side(original, "Original", palette.ORIGINAL)]
    sides += [Side(result.images[place], one.title, one.tone) for one, result in zip(compared, results, strict=True)]
    with st.container(key=STAGE):
        divided, table = st.columns([0.4, 0.6], gap="medium")
        with divided:
            frame = st.container()
            left, right = choose_sides(["Original", *(one.role for one in compared)])
            with frame:
                split_view(sides[left], sides[right], key="split")
        with table:
            label = test.classes[test.labels[place]]
            _table(sides, [result.at(place) for result in results], label)
            st.caption(
                f"Labelled {plain(label)}; picture {place + 1:,} of "
                f"{len(test.images):,} in {registry.title(test.name)}. {_helped(compared)}"
            )


def _helped(compared: Sequence[Method]) -> str:
    """A sentence for each network with switches: its code alone does not explain its figures."""
    bits = {one.title: one.run.config.model.switch_bits for one in compared if one.run}
    sentences = (
        f"{many:,} bits of switches bypass the code of {plain(title)}." for title, many in bits.items() if many
    )
    return " ".join(sentences)


def _table(sides: Sequence[Side], figures: Sequence[Figures], label: str) -> None:
    """A table with the original, which is of the class ``label``, and all reconstructions, their signed errors and
    figures. The best figures are bold.
    """
    original, *backs = sides
    heads = "".join(f'<th scope="col" style="--tone:{one.tone}"><span>{escape(one.title)}</span></th>' for one in sides)
    named = [f"Original, labelled {label}", *(one.title for one in backs)]
    pictures = "".join(
        f'<td><img src="{data_url(one.picture)}" alt="{escape(name)}"></td>'
        for one, name in zip(sides, named, strict=True)
    )
    maps = "".join(
        f'<td><img src="{data_url(signed_error(original.picture, one.picture))}" '
        f'alt="Difference of {escape(one.title)}"></td>'
        for one in backs
    )
    key = '<th scope="row">Difference<small>Blue: too dark.<br>Orange: too bright.</small></th>'
    rows = "".join(_row(name, figures) for name in asdict(figures[0]))
    st.html(
        f'<table class="lineup" style="--columns:{len(sides)}"><thead><tr>{heads}</tr></thead>'
        f"<tbody><tr>{pictures}</tr><tr>{key}{maps}</tr>{rows}</tbody></table>"
    )


def _row(metric: str, figures: Sequence[Figures]) -> str:
    """A table row with one metric of all reconstructions; its definition appears on hover."""
    name, meaning = DEFINITIONS[metric]
    values = [getattr(one, metric) for one in figures]
    best = min(values) if metric in LESS_IS_BETTER else max(values)
    unit = " dB" if metric == "psnr" else ""
    cells = "".join(
        f"<td>{f'<b>{number(value)}</b>' if value == best and len(values) > 1 else number(value)}</td>"
        for value in values
    )
    return f'<tr><th scope="row" title="{escape(meaning)}">{name}{unit and f"<small>{unit}</small>"}</th>{cells}</tr>'
