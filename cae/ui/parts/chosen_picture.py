"""The picture that a page shows: the visitor's own drawing, or any picture of the test set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cae import registry
from cae.drawing import examples
from cae.ui.parts.digit_grid import digit_grid
from cae.ui.parts.examples import example_pictures
from cae.ui.parts.images import Picture
from cae.ui.parts.test_set import TestSet
from cae.ui.visitor import session

__all__ = ["ChosenPicture", "choose_picture"]

PICTURE = "picture"  # in the address: the number of a test picture, from 1; absent for the visitor's own digit
ACROSS = 10  # test pictures in a row
MAX_DIGITS = 9  # of that number
ROW, VERSION = "chosen-row", "chosen-version"  # which ten of a set are shown; counts changes made outside the grid


@dataclass(frozen=True, eq=False)
class ChosenPicture:
    """A uint8 picture, (S, S) or (S, S, 3), its caption, and the words for it in a sentence."""

    picture: Picture
    caption: str
    words: str


def choose_picture(test: TestSet) -> ChosenPicture:
    """Show a row to click on: the visitor's own drawing and test pictures. A number box has the rest.

    Where no drawing is such a picture, the first test picture is chosen until the visitor chooses another one.
    """
    drawn, rows = session.digit(test.shape), _in_rows(test.labels)
    if not test.drawn and session.just_arrived(f"chosen-{test.key}"):
        st.session_state.setdefault(PICTURE, None)
        if st.session_state[PICTURE] is None and PICTURE not in st.query_params:
            st.session_state[PICTURE] = 1
    left, right = st.columns([0.78, 0.22], gap="medium", vertical_alignment="bottom")
    grid, which = f"chosen-{test.key}-{st.session_state.get(VERSION, 0)}", f"{ROW}-{test.key}"
    row = st.session_state.get(which)
    clicked = st.session_state.get(grid, {}).get("selected")
    if clicked is not None and row is not None:  # a click is always the latest choice: any other one starts a new grid
        number = int(rows[row][clicked - 1]) + 1 if clicked else None
        if st.session_state.get(PICTURE) != number:
            st.session_state[PICTURE] = number
    with right:
        place = _number(test, which)
        if row is None:
            row = 0 if place is None else int(np.flatnonzero((rows == place).any(axis=1))[0])
            st.session_state[which] = row
        others = (row + 1) % len(rows)
        st.button(
            "Other pictures",
            on_click=_show_row,
            args=[which, others],
            width="stretch",
            help="Ten other test pictures.",
        )
    yours = registry.yours(test.name)
    own = ChosenPicture(drawn, yours.capitalize(), yours) if drawn is not None else _example(test)
    with left:
        _row(own, "Yours" if drawn is not None else "Example", test, rows[row], place, key=grid)
    if place is not None:
        return _test_picture(test, place)
    if drawn is None:
        st.info("The canvas is empty, so this page shows an example. Draw on the Draw page, then come back.")
    return own


def _row(
    own: ChosenPicture, title: str, test: TestSet, places: NDArray[np.int64], chosen: int | None, key: str
) -> None:
    shown = [own, *(_test_picture(test, int(place)) for place in places)]
    marked = [chosen is None, *(place == chosen for place in places)]
    digit_grid(
        [np.stack([one.picture for one in shown])],
        labels=[title, *(one.caption for one in shown[1:])],
        captions=[title, *(test.classes[label] for label in test.labels[places])],
        columns=12,  # halved on a phone, so that the eleven pictures fill two rows of six
        label="Your drawing and test pictures",
        selected=marked.index(True) if any(marked) else None,
        key=key,
    )


def _number(test: TestSet, which: str) -> int | None:
    """The index of the test picture whose number is in the box; None while the box is empty."""
    # Streamlit 1.67 fails on an address with an infinity for a whole number: only a decimal number is bound.
    asked = st.query_params.get(PICTURE, "1")
    invalid = len(asked) > MAX_DIGITS or not asked.isdecimal()
    bound: dict[str, Any] = {} if invalid else {"bind": "query-params"}
    number = st.number_input(
        "Test picture",
        1,
        len(test.labels),
        None,
        key=PICTURE,
        placeholder=registry.yours(test.name).capitalize(),
        help=f"The number of a test picture, 1 to {len(test.labels):,}. If empty: your own drawing.",
        on_change=_show_row,
        args=[which, None],
        **bound,
    )
    if invalid:
        st.query_params.pop(PICTURE, None)
    return None if number is None else number - 1


def _show_row(which: str, row: int | None) -> None:
    """Show this row of test pictures; None: the row with the chosen picture."""
    st.session_state[which], st.session_state[VERSION] = row, st.session_state.get(VERSION, 0) + 1


def _example(test: TestSet) -> ChosenPicture:
    return ChosenPicture(example_pictures(test.shape)[examples.FIRST_EXAMPLE], "An example", "the example")


def _test_picture(test: TestSet, place: int) -> ChosenPicture:
    name, words = test.classes[test.labels[place]], f"test picture {place + 1:,}"
    thing = f"a{'n' * (name == '8')} {name}" if name.isdigit() else name if len(name) == 1 else name.lower()
    return ChosenPicture(test.images[place], f"{words.capitalize()}, {thing}", words)


def _in_rows(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Indices into the test set, (rows, at most ten). The classes take turns. Every picture is in some row; smaller
    classes repeat.
    """
    each = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    in_turn = np.stack([np.resize(places, max(map(len, each))) for places in each], axis=1).ravel()
    across = min(ACROSS, len(in_turn))
    return np.resize(in_turn, (-(-len(in_turn) // across), across))
