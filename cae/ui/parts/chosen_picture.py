"""The digit that a page speaks of: the visitor's own, or any picture of the test set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cae.data.names import class_names
from cae.drawing import examples
from cae.ui.parts.digit_grid import digit_grid
from cae.ui.parts.examples import example_pictures
from cae.ui.parts.images import Picture
from cae.ui.parts.test_set import TestSet
from cae.ui.visitor import session

__all__ = ["ChosenPicture", "choose_picture"]

PICTURE = "picture"  # in the address: the number of a test picture, from 1; nothing for the visitor's own digit
LONGEST = 9  # digits of a number
ROW, TURN = "subject-row", "subject-turn"  # which ten of a set are shown; how often that was changed from elsewhere


@dataclass(frozen=True, eq=False)
class ChosenPicture:
    """A picture (28, 28), what stands under it, and what a sentence calls it."""

    picture: Picture
    caption: str
    words: str


def choose_picture(test: TestSet) -> ChosenPicture:
    """One row to click on: the visitor's own digit, then a test picture of every class; any other by its number."""
    drawn, rows = session.digit(), _by_class(test.labels)
    left, right = st.columns([0.78, 0.22], gap="medium", vertical_alignment="bottom")
    grid, which = f"subject-{test.name}-{st.session_state.get(TURN, 0)}", f"{ROW}-{test.name}"
    row = st.session_state.get(which)
    clicked = st.session_state.get(grid, {}).get("selected")
    if clicked is not None and row is not None:  # the latest that was done: everything else begins another grid
        number = int(rows[row][clicked - 1]) + 1 if clicked else None
        if st.session_state.get(PICTURE) != number:
            st.session_state[PICTURE] = number
    with right:
        place = _number(test, which)
        if row is None:
            row = 0 if place is None else int(np.flatnonzero((rows == place).any(axis=1))[0])
            st.session_state[which] = row
        others = (row + 1) % len(rows)
        st.button("Others", on_click=_turn, args=[which, others], width="stretch", help="Ten other test pictures.")
    own = ChosenPicture(drawn, "Your digit", "your digit") if drawn is not None else _example()
    with left:
        _row(own, "Yours" if drawn is not None else "Example", test, rows[row], place, key=grid)
    if place is not None:
        return _test_picture(test, place)
    if drawn is None:
        st.info("The canvas is empty. Draw a digit on the Draw page, and come back with it; until then, an example.")
    return own


def _row(
    own: ChosenPicture, title: str, test: TestSet, places: NDArray[np.int64], chosen: int | None, key: str
) -> None:
    called = class_names(test.name)
    shown = [own, *(_test_picture(test, int(place)) for place in places)]
    marked = [chosen is None, *(place == chosen for place in places)]
    digit_grid(
        [np.stack([one.picture for one in shown])],
        labels=[one.caption for one in shown],
        captions=[title, *(called[label] for label in test.labels[places])],
        columns=12,  # and six of the eleven on a phone
        label="Your digit and test pictures",
        selected=marked.index(True) if any(marked) else None,
        key=key,
    )


def _number(test: TestSet, which: str) -> int | None:
    """The place of the test picture whose number is in the box, or None while the box is empty."""
    # Streamlit 1.67 fails on an address that has an infinity for a whole number: what is no number is left alone.
    asked = st.query_params.get(PICTURE, "1")
    odd = len(asked) > LONGEST or not asked.isdecimal()
    bound: dict[str, Any] = {} if odd else {"bind": "query-params"}
    number = st.number_input(
        "Test picture",
        1,
        len(test.labels),
        None,
        key=PICTURE,
        placeholder="Your digit",
        help=f"Its number, 1 to {len(test.labels):,}. Empty: your own digit.",
        on_change=_turn,
        args=[which, None],
        **bound,
    )
    if odd:
        st.query_params.pop(PICTURE, None)
    return None if number is None else number - 1


def _turn(which: str, row: int | None) -> None:
    """Show another row of test pictures; None: the one with the chosen picture."""
    st.session_state[which], st.session_state[TURN] = row, st.session_state.get(TURN, 0) + 1


def _example() -> ChosenPicture:
    return ChosenPicture(example_pictures()[examples.FIRST_EXAMPLE], "An example", "the example")


def _test_picture(test: TestSet, place: int) -> ChosenPicture:
    name, words = class_names(test.name)[test.labels[place]], f"test picture {place + 1:,}"
    thing = f"a{'n' * (name == '8')} {name}" if name.isdigit() else name.lower()
    return ChosenPicture(test.images[place], f"{words.capitalize()}, {thing}", words)


def _by_class(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places in the test set, a column for every class: every picture is in some row; the rarer begin anew."""
    each = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    return np.stack([np.resize(places, max(map(len, each))) for places in each], axis=1)
