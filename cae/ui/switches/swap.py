"""Exchange the code and the switches of a picture as one likes; the picture follows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from cae.runs.run import Run
from cae.ui.parts import palette
from cae.ui.parts.chosen_picture import ChosenPicture
from cae.ui.parts.examples import example_pictures
from cae.ui.parts.images import signed_error
from cae.ui.parts.text import number
from cae.ui.parts.tiles import Tile, tiles
from cae.ui.switches.ablation import AVERAGED, swap

if TYPE_CHECKING:
    from cae.analysis.ablation import CodeSource, SwitchSource

__all__ = ["explain", "swap_controls"]

IN_A_ROW: dict[str, Any] = {"required": True, "bind": "query-params"}
CODES = {"own": "Its own", "zero": "Zeros", "average": "Average", "other": "The other's"}
SWITCHES = {"own": "Its own", "fixed": "Fixed", "shuffled": "Shuffled", "other": "The other's"}


def swap_controls(run: Run, subject: ChosenPicture, mean: Any) -> None:
    """Exchange code and switches as one likes; the picture follows at once."""
    helped = bool(run.config.model.switch_bits)
    left, right, below = (*st.columns(2), st.container())
    code = left.segmented_control(
        "The code", list(CODES), default="average", format_func=CODES.__getitem__, key="code", **IN_A_ROW
    )
    switches = right.segmented_control(
        "The switches",
        list(SWITCHES),
        default="own",
        format_func=SWITCHES.__getitem__,
        key="switches",
        disabled=not helped,
        help=None if helped else "This network has none.",
        **IN_A_ROW,
    )
    which = below.pills("The other digit", range(10), default=8, key="other", wrap=True, **IN_A_ROW)
    digit, other = subject.picture, example_pictures()[int(which)]
    made = swap(run, digit, other, mean, cast("CodeSource", code), cast("SwitchSource", switches))
    nearer = subject.words if made.mse <= made.mse_to_other else "the other digit"
    tiles(
        [
            Tile(digit, subject.caption, palette.ORIGINAL, f"MSE to it {number(made.mse)}"),
            Tile(other, "The other digit", palette.OTHER, f"MSE to it {number(made.mse_to_other)}"),
            Tile(made.image, "What comes back", palette.RECONSTRUCTION, f"Nearer to {nearer}"),
            Tile(signed_error(digit, made.image), "The difference", palette.DIFFERENCE, f"To {subject.words}"),
        ]
    )


def explain() -> None:
    """What each exchange does, and what to beware of."""
    from cae.analysis import ablation

    for title, told in (("The code", ablation.CODES), ("The switches", ablation.SWITCHES)):
        st.markdown(f"**{title}**\n" + "\n".join(f"- {sentence}" for sentence in told.values()))
    st.write(
        f"The average is taken over {AVERAGED} test pictures. A decoder that learnt with switches has never met fixed "
        "or shuffled ones: what it draws then shows what it relies on, not how good a network without switches can be."
    )
