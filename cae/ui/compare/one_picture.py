"""One test picture large: a divider between any two sides of it, and everyone's reconstruction, error and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from html import escape

import streamlit as st

from cae.data import names
from cae.data.names import class_names
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


def one_picture(lined_up: Sequence[Method], results: Sequence[Measured], test: TestSet, place: int) -> None:
    """The picture at this place in the test set."""
    original = test.images[place]
    sides = [Side(original, "Original", palette.ORIGINAL)]
    sides += [Side(result.images[place], one.title, one.tone) for one, result in zip(lined_up, results, strict=True)]
    with st.container(key=STAGE):
        divided, table = st.columns([0.4, 0.6], gap="medium")
        with divided:
            frame = st.container()
            left, right = choose_sides(["Original", *(one.role for one in lined_up)])
            with frame:
                split_view(sides[left], sides[right], key="split")
        with table:
            _line_up(sides, [result.at(place) for result in results])
            st.caption(
                f"Labelled {class_names(test.name)[test.labels[place]]}; picture {place + 1:,} of "
                f"{len(test.images):,} in {names.TITLES[test.name]}. {_helped(lined_up)}"
            )


def _helped(lined_up: Sequence[Method]) -> str:
    """Whose figures are not those of a code alone."""
    bits = {one.title: one.run.config.model.switch_bits for one in lined_up if one.run}
    told = (f"{many:,} bits of switches bypass the code of {plain(title)}." for title, many in bits.items() if many)
    return " ".join(told)


def _line_up(sides: Sequence[Side], figures: Sequence[Figures]) -> None:
    """Original and reconstructions side by side, under each its error map and its figures; the best are bold."""
    original, *backs = sides
    heads = "".join(f'<th scope="col" style="--tone:{one.tone}"><span>{escape(one.title)}</span></th>' for one in sides)
    pictures = "".join(f'<td><img src="{data_url(one.picture)}" alt="{escape(one.title)}"></td>' for one in sides)
    maps = "".join(
        f'<td><img src="{data_url(signed_error(original.picture, one.picture))}" '
        f'alt="Difference of {escape(one.title)}"></td>'
        for one in backs
    )
    key = '<th scope="row">Difference<small>Blue: ink lost.<br>Orange: ink added.</small></th>'
    rows = "".join(_row(name, figures) for name in asdict(figures[0]))
    st.html(
        f'<table class="lineup" style="--columns:{len(sides)}"><thead><tr>{heads}</tr></thead>'
        f"<tbody><tr>{pictures}</tr><tr>{key}{maps}</tr>{rows}</tbody></table>"
    )


def _row(metric: str, figures: Sequence[Figures]) -> str:
    """One figure of all reconstructions, with its definition a hover away."""
    name, meaning = DEFINITIONS[metric]
    values = [getattr(one, metric) for one in figures]
    best = min(values) if metric in LESS_IS_BETTER else max(values)
    unit = " dB" if metric == "psnr" else ""
    cells = "".join(
        f"<td>{f'<b>{number(value)}</b>' if value == best and len(values) > 1 else number(value)}</td>"
        for value in values
    )
    return f'<tr><th scope="row" title="{escape(meaning)}">{name}{unit and f"<small>{unit}</small>"}</th>{cells}</tr>'
