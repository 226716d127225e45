"""Could the encoder have done better? A search for the best code of the visitor's digit, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from cae.images import levels, pixels
from cae.inference import network, on_thread
from cae.runs.run import Run
from cae.ui.latent.space import Space
from cae.ui.parts import palette
from cae.ui.parts.images import Picture
from cae.ui.parts.text import number
from cae.ui.parts.tiles import Tile, tiles

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["better_code"]

STEPS = 200
AT_ONCE = 10  # steps between two pictures; another visitor's stroke waits for so many at most


@dataclass(frozen=True, eq=False)
class Found:
    """The best reconstruction after so many steps, uint8 (S, S) or (S, S, 3), and its MSE."""

    step: int
    picture: Picture
    mse: float


def better_code(run: Run, space: Space, digit: Picture) -> None:
    """A button that starts the search; it is shown while it runs, and its result stays until the digit changes."""
    st.write(
        "The encoder computes the code in one pass. Search on from there: follow the gradient of the error, not in the "
        "weights but in the code of this one picture. What the search gains is the *amortisation gap* (Cremer, Li and "
        "Duvenaud, 2018)."
    )
    key = (run.digest, digit.tobytes())
    place = st.empty()
    kept = st.session_state.get("better-code")
    found = kept[1] if kept and kept[0] == key else []
    if st.button("Search for a better code", type="primary"):
        found = []
        search = on_thread(_search, run, digit, float(space.codes.std()) or 1.0)
        while (now := on_thread(_next, run, search, len(found))) is not None:
            found.append(now)
            with place.container():
                _show(digit, found)
        st.session_state["better-code"] = key, found
    elif found:
        with place.container():
            _show(digit, found)


def _search(run: Run, digit: Picture, scale: float) -> Iterator[tuple[Tensor, Tensor]]:
    from cae.analysis.latent import best_codes

    return best_codes(network(run), pixels(digit[None]), STEPS, scale)


def _next(run: Run, search: Iterator[tuple[Tensor, Tensor]], shown: int) -> Found | None:
    """The result of the next steps; None at the end."""
    import torch

    from cae.analysis.latent import decode

    last = None
    for _, last in zip(range(AT_ONCE if shown else 1), search, strict=False):  # noqa: B007
        pass
    if last is None:
        return None
    code, error = last
    with torch.inference_mode():
        (picture,) = levels(decode(network(run), code))
    return Found(AT_ONCE * shown, picture, float(error))


def _show(digit: Picture, found: list[Found]) -> None:
    first, last = found[0], found[-1]
    tiles(
        [
            Tile(digit, "What the network sees", palette.ORIGINAL, f"{digit.shape[0]}×{digit.shape[1]} pixels"),
            Tile(first.picture, "The encoder's code", palette.RECONSTRUCTION, f"MSE {number(first.mse)}"),
            Tile(last.picture, "The best code", palette.RECONSTRUCTION, f"MSE {number(last.mse)}, step {last.step}"),
        ]
    )
    if last.step == STEPS:
        gap = first.mse - last.mse
        share = gap / first.mse if first.mse else 0.0
        st.write(
            f"The amortisation gap here is an MSE of {number(gap)}: {share:.0%} of the encoder's error. The "
            "rest of the error remains with every code that the search tried: there the decoder is the limit."
        )
