"""The row of pictures to judge: the visitor's own, and challengers that are no digits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cae import registry
from cae.images import Images, arrays
from cae.inference import on_thread
from cae.registry import Shape
from cae.ui.parts import test_set
from cae.ui.parts.digit_grid import digit_grid
from cae.ui.parts.images import Picture
from cae.ui.parts.test_set import TestSet
from cae.ui.visitor import session

__all__ = ["CLOTHES", "Challenger", "choose_challenger", "load_clothes"]

CLOTHES = "fashion-mnist"
ROWS = 20  # of different challengers
CAPTIONS = {
    "clothes": "Clothes",
    "inverted": "Inverted",
    "rotated": "Rotated",
    "noise": "Noise",
    "letters": "Letter",
    "scribbles": "Scribble",
    "blank": "Blank",
}
WORDS = {
    "clothes": "a piece of clothing",
    "inverted": "an inverted test picture",
    "rotated": "a rotated test picture",
    "noise": "noise",
    "letters": "a letter",
    "scribbles": "a scribble",
    "blank": "a blank picture",
}
SHOWN = ("clothes", "inverted", "rotated", "noise", "letters", "scribbles", "blank")
ANY_SHAPE = ("inverted", "rotated", "noise", "blank")  # made of a test picture
ROW = "doubt-row"


@dataclass(frozen=True, eq=False)
class Challenger:
    """A uint8 picture, (S, S) or (S, S, 3), and the words for it in a sentence."""

    picture: Picture
    words: str


def choose_challenger(test: TestSet, clothes: Images | None) -> Challenger:
    """Show the row and return the choice: the visitor's own drawing, until they click on another picture.

    A new stroke takes the choice back to the drawing.
    """
    sketch, row = session.sketch(), st.session_state.get(ROW, 0)
    drawn = session.digit(test.shape, sketch.drawing)
    own = np.zeros(test.shape.array, np.uint8) if drawn is None else drawn
    there = [kind for kind in SHOWN if _is_challenger(kind, test, clothes)]
    pictures = [_picture(kind, 2 * row + there[:at].count(kind), test, clothes) for at, kind in enumerate(there)]
    # Another drawing, or other challengers, start a new grid: no old choice applies to it.
    key = f"challengers {row} {sketch.drawing.version} {len(sketch.drawing.objects)}"
    chosen = digit_grid(
        [np.stack([own, *pictures])],
        labels=["Yours", *(CAPTIONS[kind] for kind in there)],
        captions=["Yours", *(CAPTIONS[kind] for kind in there)],
        columns=8,
        label="Your drawing and challengers",
        selected=0,
        key=key,
    )
    st.button("Other challengers", on_click=_other_row, help="Another picture of each kind.")
    if not chosen:
        return Challenger(own, "your drawing" if drawn is not None else "the empty canvas")
    return Challenger(pictures[chosen - 1], WORDS[there[chosen - 1]])


def _is_challenger(kind: str, test: TestSet, clothes: Images | None) -> bool:
    """Whether there are such pictures in the shape of the test pictures, and they are no test pictures."""
    if kind == "clothes":
        return clothes is not None and test.name != CLOTHES
    return kind in ANY_SHAPE or test.shape == Shape()


def load_clothes(shape: Shape) -> Images | None:
    """Fashion-MNIST's test pictures; while they are not on disk, a button that downloads them, and None.

    None also for pictures of another shape.
    """
    from cae.data import datasets

    if registry.DATASETS[CLOTHES].shape != shape:
        return None
    if not on_thread(datasets.is_present, CLOTHES) and not st.session_state.get("clothes-wanted"):
        st.button(
            "Add clothes",
            on_click=_want_clothes,
            help=f"Downloads {registry.title(CLOTHES)}, 29 MB. Its pictures of clothes are the usual challengers.",
        )
        return None
    waiting = st.empty()
    try:
        images = test_set.load(CLOTHES, lambda share, words: _show(waiting, share, words)).images
    except OSError:
        st.session_state["clothes-wanted"] = False
        test_set.forget(CLOTHES)
        st.warning(f"{registry.title(CLOTHES)} could not be loaded. The page does without clothes.")
        return None
    waiting.empty()
    return images


def _show(place: DeltaGenerator, share: float, words: str) -> None:
    place.progress(share, words)


def _want_clothes() -> None:
    st.session_state["clothes-wanted"] = True


def _other_row() -> None:
    st.session_state[ROW] = (st.session_state.get(ROW, 0) + 1) % ROWS


def _picture(kind: str, number: int, test: TestSet, clothes: Images | None) -> Picture:
    usual: Picture = test.images[number % len(test.images)]
    match kind:
        case "clothes" if clothes is not None:
            usual = clothes[number % len(clothes)]
        case "inverted":
            usual = 255 - usual
        case "rotated":
            usual = np.rot90(usual).copy()
        case "blank":
            usual = np.zeros_like(usual)
        case _:
            usual = _made(kind, test.shape)[number]
    return usual


@cache
def _made(kind: str, shape: Shape) -> Images:
    """Letters, scribbles or noise: uint8 (2 · ROWS, S, S), in colour (2 · ROWS, S, S, 3)."""
    return on_thread(_make, kind, shape)


def _make(kind: str, shape: Shape) -> Images:
    import torch

    from cae.data.outliers import outliers

    like = torch.zeros(2 * ROWS, shape.channels, shape.side, shape.side, dtype=torch.uint8)
    return arrays(outliers(kind, like, None, seed=1))
