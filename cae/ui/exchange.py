"""Exchange the code and the switches of a picture as one likes; the picture follows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from cae.run import Run
from cae.ui import palette
from cae.ui.canvas import example_pictures
from cae.ui.detour import AVERAGED, exchange
from cae.ui.images import signed_error
from cae.ui.subject import Subject
from cae.ui.views import Tile, number, tiles

if TYPE_CHECKING:
    from cae.analysis.detour import CodeSource, SwitchSource

__all__ = ["explain", "play"]

IN_A_ROW: dict[str, Any] = {"required": True, "bind": "query-params"}
CODES = {"own": "Its own", "zero": "Zeros", "average": "Average", "other": "The other's"}
SWITCHES = {"own": "Its own", "fixed": "Fixed", "shuffled": "Shuffled", "other": "The other's"}


def play(run: Run, subject: Subject, mean: Any) -> None:
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
    made = exchange(run, digit, other, mean, cast("CodeSource", code), cast("SwitchSource", switches))
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
    from cae.analysis import detour

    for title, told in (("The code", detour.CODES), ("The switches", detour.SWITCHES)):
        st.markdown(f"**{title}**\n" + "\n".join(f"- {sentence}" for sentence in told.values()))
    st.write(
        f"The average is taken over {AVERAGED} test pictures. A decoder that learnt with switches has never met fixed "
        "or shuffled ones: what it draws then shows what it relies on, not how good a network without switches can be."
    )
