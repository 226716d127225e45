"""Controls that replace the code and the switches of a picture, and the picture that results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from cae.runs.run import Run
from cae.ui.parts import palette
from cae.ui.parts.chosen_picture import ChosenPicture
from cae.ui.parts.images import signed_error
from cae.ui.parts.other_picture import one_of_each
from cae.ui.parts.test_set import TestSet
from cae.ui.parts.text import number
from cae.ui.parts.tiles import Tile, tiles
from cae.ui.switches.ablation import AVERAGED, swap

if TYPE_CHECKING:
    from cae.analysis.ablation import CodeSource, SwitchSource

__all__ = ["explain", "swap_controls"]

IN_A_ROW: dict[str, Any] = {"required": True, "bind": "query-params"}
CODES = {"own": "Its own", "zero": "Zeros", "average": "Average", "other": "The other's"}
SWITCHES = {"own": "Its own", "fixed": "Fixed", "shuffled": "Shuffled", "other": "The other's"}


def swap_controls(run: Run, chosen: ChosenPicture, test: TestSet, mean: Any) -> None:
    """Show the controls, both pictures, the decoded picture, and its signed error."""
    has_switches = bool(run.config.model.switch_bits)
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
        disabled=not has_switches,
        help=None if has_switches else "This network has no switches.",
        **IN_A_ROW,
    )
    others, names = one_of_each(test)
    thing = "digit" if test.drawn else "picture"
    if st.session_state.get("other", 0) not in range(len(others)):  # of another data set, which has more classes
        st.session_state["other"] = 0
    which = below.pills(
        f"The other {thing}",
        range(len(others)),
        default=min(8, len(others) - 1),
        format_func=names.__getitem__,
        key="other",
        wrap=True,
        **IN_A_ROW,
    )
    digit, other = chosen.picture, others[int(which)]
    made = swap(run, digit, other, mean, cast("CodeSource", code), cast("SwitchSource", switches))
    closer = chosen.words if made.mse <= made.mse_to_other else f"the other {thing}"
    tiles(
        [
            Tile(digit, chosen.caption, palette.ORIGINAL, f"MSE to it: {number(made.mse)}"),
            Tile(other, f"The other {thing}", palette.OTHER, f"MSE to it: {number(made.mse_to_other)}"),
            Tile(made.image, "What comes back", palette.RECONSTRUCTION, f"Closer to {closer}"),
            Tile(signed_error(digit, made.image), "The difference", palette.DIFFERENCE, f"From {chosen.words}"),
        ]
    )


def explain() -> None:
    """What each replacement does, and how to read the result."""
    from cae.analysis import ablation

    for title, options in (("The code", ablation.CODES), ("The switches", ablation.SWITCHES)):
        st.markdown(f"**{title}**\n" + "\n".join(f"- {sentence}" for sentence in options.values()))
    st.write(
        f"The average is taken over {AVERAGED} test pictures. A decoder that was trained with switches has never been "
        "given fixed or shuffled ones. Its picture then shows what it relies on. It does not show how good a network "
        "without switches can be."
    )
