"""A row of pictures to choose another one from: the example digits, or where nobody draws such, test pictures."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cae.ui.parts.digit_grid import digit_grid
from cae.ui.parts.examples import example_pictures
from cae.ui.parts.images import Picture
from cae.ui.parts.test_set import TestSet

__all__ = ["one_of_each", "other_picture"]

MOST = 10


def other_picture(test: TestSet, key: str, caption: str, selected: int = 0) -> Picture:
    """Show the row under its caption and return the choice, which is ``selected`` at first."""
    st.caption(caption)
    pictures, names = one_of_each(test)
    chosen = digit_grid(
        [pictures],
        labels=[f"To {'a ' if test.drawn else ''}{name}" for name in names],
        captions=None if test.drawn else names,
        key=f"{key}-{test.key}",
        label="The other picture",
        selected=min(selected, len(pictures) - 1),
    )
    picture: Picture = pictures[chosen or 0]
    return picture


def one_of_each(test: TestSet) -> tuple[Picture, list[str]]:
    """Ten pictures, and their names: the example digits, or else a test picture of each class."""
    if test.drawn:
        return example_pictures(test.shape), [str(digit) for digit in range(10)]
    labels = np.unique(test.labels)
    if len(labels) < 2:
        return test.images[:MOST], [f"picture {place}" for place in range(1, min(MOST, len(test.images)) + 1)]
    places = [int(np.flatnonzero(test.labels == label)[0]) for label in labels[:MOST]]
    return test.images[places], [test.classes[test.labels[place]] for place in places]
