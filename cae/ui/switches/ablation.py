"""A picture through the code alone, through the switches alone, and through both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from cae.inference import network, on_thread, pixels
from cae.runs.run import Run
from cae.ui.parts import palette
from cae.ui.parts.images import Picture
from cae.ui.parts.test_set import TestSet
from cae.ui.parts.text import number
from cae.ui.parts.tiles import Tile, tiles

if TYPE_CHECKING:
    from cae.analysis.ablation import CodeSource, SwitchSource
    from cae.ui.parts.chosen_picture import ChosenPicture

__all__ = ["AVERAGED", "Ablations", "Swap", "ablations", "answer", "average", "show", "swap"]

AVERAGED, PARTS = 500, 10  # test pictures behind the average code


@dataclass(frozen=True, eq=False)
class Swap:
    """What came of a swap: the picture (28, 28), and its MSE against the digit and against the other one."""

    image: Picture
    mse: float
    mse_to_other: float


@st.cache_resource(max_entries=16, show_spinner=False)
def _average(digest: str, name: str, _run: Run, _test: TestSet) -> Any:
    # In parts: another visitor's stroke waits for no more than one of them.
    parts = np.array_split(_test.images[:AVERAGED], PARTS)
    codes = [on_thread(_average_code, _run, part) for part in parts]
    weights = [len(part) / sum(map(len, parts)) for part in parts]
    return on_thread(lambda: sum(code * weight for code, weight in zip(codes, weights, strict=True)))


def average(run: Run, test: TestSet) -> Any:
    """The average of the codes that the network gives test pictures, worked out once for all visitors."""
    return _average(run.digest, test.name, run, test)


def swap(run: Run, digit: Picture, other: Picture, mean: Any, code: CodeSource, switches: SwitchSource) -> Swap:
    """What the decoder makes of the digit when its code and its switches are replaced."""
    return on_thread(_swap, run, digit, other, mean, code, switches)


@dataclass(frozen=True, eq=False)
class Ablations:
    """What comes back of a digit through code and switches, through one of them alone, and through neither."""

    both: Swap
    code: Swap
    switches: Swap
    neither: Swap


def ablations(run: Run, digit: Picture, mean: Any) -> Ablations:
    """Close one way at a time: the code by giving everyone's average, the switches by fixing them."""

    def given(code: CodeSource, switches: SwitchSource) -> Swap:
        return swap(run, digit, digit, mean, code, switches)

    return Ablations(given("own", "own"), given("own", "fixed"), given("average", "own"), given("average", "fixed"))


def show(run: Run, subject: ChosenPicture, found: Ablations) -> None:
    """The page's one picture: the digit, and what each way brings back of it."""
    closed = "Switches fixed" if run.config.model.switch_bits else "It has no switches"
    tiles(
        [
            Tile(subject.picture, subject.caption, palette.ORIGINAL, "What the network sees"),
            Tile(found.both.image, "Both ablations", palette.RECONSTRUCTION, f"MSE {number(found.both.mse)}"),
            Tile(found.code.image, "Code alone", palette.RECONSTRUCTION, f"{closed}, MSE {number(found.code.mse)}"),
            Tile(
                found.switches.image,
                "Switches alone",
                palette.DIFFERENCE,
                f"Everyone's average code, MSE {number(found.switches.mse)}",
            ),
        ]
    )


def answer(run: Run, subject: ChosenPicture, found: Ablations) -> str:
    """The page's question answered for this digit, with the figures that say so."""
    code, switches, neither = (number(one.mse) for one in (found.code, found.switches, found.neither))
    if not run.config.model.switch_bits:
        return (
            "Yes: nothing bypasses the code of this network. With the average code it draws the same picture for every "
            f"digit (MSE {neither} here). With the code of {subject.words}, the MSE is {code}."
        )
    start = (
        f"With everyone's average code and fixed switches, what comes back knows nothing of {subject.words} "
        f"(MSE {neither})."
    )
    if found.switches.mse >= found.neither.mse:
        return f"Here, yes. {start} The switches alone do no better ({switches}); the code alone gives {code}."
    verdict = "Hardly." if found.switches.mse < found.code.mse else "Not the only one."
    return f"{verdict} {start} The switches alone bring that down to {switches}; the code alone gives {code}."


def _average_code(run: Run, pictures: Picture) -> Any:
    from cae.analysis.ablation import average_code

    return average_code(network(run), pixels(pictures))


def _swap(run: Run, digit: Picture, other: Picture, mean: Any, code: CodeSource, switches: SwitchSource) -> Swap:
    from cae.analysis.ablation import reconstruct
    from cae.evaluation.metrics import mse

    own, others = pixels(digit[None]), pixels(other[None])
    back = reconstruct(network(run), own, others, mean, code=code, switches=switches)
    image = back[0, 0].mul(255).round().byte().numpy()
    return Swap(image, float(mse(own, back)), float(mse(others, back)))
