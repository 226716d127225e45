"""Ablation: a picture reconstructed from its code alone, from its switches alone, and from both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cae.images import levels, pixels
from cae.inference import network, on_thread
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

AVERAGED, BATCHES = 500, 10  # test pictures whose codes are averaged, and the batches in which that is done


@dataclass(frozen=True, eq=False)
class Swap:
    """The picture after a swap, uint8 (S, S) or (S, S, 3), and its MSE to the digit and to the other digit."""

    image: Picture
    mse: float
    mse_to_other: float


def _average(run: Run, test: TestSet) -> Any:
    # In batches, so that another visitor's stroke waits for one batch at most.
    batches = np.array_split(test.images[:AVERAGED], BATCHES)
    codes = [on_thread(_average_code, run, batch) for batch in batches]
    weights = [len(batch) / sum(map(len, batches)) for batch in batches]
    return on_thread(lambda: sum(code * weight for code, weight in zip(codes, weights, strict=True)))


def average(run: Run, test: TestSet) -> Any:
    """The mean code of the first ``AVERAGED`` test pictures. Computed once for all visitors."""
    return test.kept.get("average code", run.digest, lambda: _average(run, test), most=16)


def swap(run: Run, digit: Picture, other: Picture, mean: Any, code: CodeSource, switches: SwitchSource) -> Swap:
    """Decode the digit after replacing its code and its switches. ``mean`` is the average code."""
    return on_thread(_swap, run, digit, other, mean, code, switches)


@dataclass(frozen=True, eq=False)
class Ablations:
    """Reconstructions of a digit from code and switches, from one of them alone, and from neither."""

    both: Swap
    code: Swap
    switches: Swap
    neither: Swap


def ablations(run: Run, digit: Picture, mean: Any) -> Ablations:
    """Ablate the code (replaced by the average code), the switches (replaced by fixed ones), and both."""

    def given(code: CodeSource, switches: SwitchSource) -> Swap:
        return swap(run, digit, digit, mean, code, switches)

    return Ablations(given("own", "own"), given("own", "fixed"), given("average", "own"), given("average", "fixed"))


def show(run: Run, chosen: ChosenPicture, found: Ablations) -> None:
    """Show the digit and its reconstructions from code and switches, code alone and switches alone."""
    closed = "Switches fixed" if run.config.model.switch_bits else "It has no switches"
    tiles(
        [
            Tile(chosen.picture, chosen.caption, palette.ORIGINAL, "What the network sees"),
            Tile(found.both.image, "Code and switches", palette.RECONSTRUCTION, f"MSE {number(found.both.mse)}"),
            Tile(found.code.image, "Code alone", palette.RECONSTRUCTION, f"{closed}, MSE {number(found.code.mse)}"),
            Tile(
                found.switches.image,
                "Switches alone",
                palette.DIFFERENCE,
                f"Average code, MSE {number(found.switches.mse)}",
            ),
        ]
    )


def answer(run: Run, chosen: ChosenPicture, found: Ablations) -> str:
    """The answer to the page's question for this digit, with its figures."""
    code, switches, neither = (number(one.mse) for one in (found.code, found.switches, found.neither))
    if not run.config.model.switch_bits:
        return (
            "Yes: nothing bypasses the code of this network. With the average code it always draws the same picture "
            f"(MSE {neither} here). With the code of {chosen.words}, the MSE is {code}."
        )
    start = (
        f"With the average code and fixed switches, the decoder knows nothing of {chosen.words}: the MSE is {neither}."
    )
    if found.switches.mse >= found.neither.mse:
        return f"Here, yes. {start} The switches alone do not lower it ({switches}). The code alone gives {code}."
    verdict = "Hardly." if found.switches.mse < found.code.mse else "It is not the only way."
    return f"{verdict} {start} The switches alone lower it to {switches}. The code alone gives {code}."


def _average_code(run: Run, pictures: Picture) -> Any:
    from cae.analysis.ablation import average_code

    return average_code(network(run), pixels(pictures))


def _swap(run: Run, digit: Picture, other: Picture, mean: Any, code: CodeSource, switches: SwitchSource) -> Swap:
    from cae.analysis.ablation import reconstruct
    from cae.evaluation.metrics import mse

    own, others = pixels(digit[None]), pixels(other[None])
    back = reconstruct(network(run), own, others, mean, code=code, switches=switches)
    image = levels(back)[0]
    return Swap(image, float(mse(own, back)), float(mse(others, back)))
