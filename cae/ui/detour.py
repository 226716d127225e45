"""How the Switches page looks: what goes around the bottleneck, in bits and in pictures."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import streamlit as st

from cae.config import IMAGE_BITS, ModelConfig
from cae.inference import network, on_thread
from cae.run import Run
from cae.ui import palette
from cae.ui.canvas import example_pictures
from cae.ui.images import Picture, signed_error
from cae.ui.testset import TestSet
from cae.ui.views import Tile, number, tiles

if TYPE_CHECKING:
    from cae.analysis.detour import CodeSource, SwitchSource

__all__ = ["Ways", "answer", "average", "budget", "explain", "play", "reveal", "ways"]

CODE_BITS = 32  # a float32 number; fewer would do, so this is the most that the code can hold
AVERAGED = 500  # test pictures behind the average code
IN_A_ROW: dict[str, Any] = {"required": True, "bind": "query-params"}
CODES = {"own": "Its own", "zero": "Zeros", "average": "Average", "other": "The other's"}
SWITCHES = {"own": "Its own", "fixed": "Fixed", "shuffled": "Shuffled", "other": "The other's"}


@dataclass(frozen=True, eq=False)
class Exchange:
    """What came of an exchange: the picture (28, 28), and its MSE against the digit and against the other one."""

    image: Picture
    mse: float
    mse_to_other: float


def budget(model: ModelConfig) -> None:
    """Bits of the image, of the code, and of the switches at every pooling, as bars on one scale."""
    numbers = f"{model.code_numbers:,} number{'s' * (model.code_numbers != 1)} of {CODE_BITS} bits"
    rows = [
        ("The image", f"784 pixels of 8 bits, {model.sides[0]}×{model.sides[0]}", IMAGE_BITS, palette.ORIGINAL),
        ("Through the code", numbers, CODE_BITS * model.code_numbers, palette.RECONSTRUCTION),
    ]
    if model.switch_bits:
        each = zip(model.channels, model.sides[1:], model.switch_bits_by_stage, strict=True)
        for stage, (maps, side, bits) in enumerate(each, 1):
            windows = f"{maps} maps of {side}×{side} windows, 2 bits each"
            rows.append((f"Around it, pooling {stage}", windows, bits, palette.DIFFERENCE))
    else:
        rows.append(("Around it", "no switches", 0, palette.DIFFERENCE))
    most = max(bits for _, _, bits, _ in rows)
    bars = "".join(
        f'<div style="--tone:{tone};--share:{bits / most:.4f}"><dt>{escape(what)}<small>{escape(how)}</small></dt>'
        f"<dd>{bits:,} bits</dd></div>"
        for what, how, bits, tone in rows
    )
    st.html(f'<dl class="budget">{bars}</dl>')


@st.cache_resource(max_entries=16, show_spinner=False)
def _average(digest: str, name: str, _run: Run, _test: TestSet) -> Any:
    return on_thread(_average_code, _run, _test.images[:AVERAGED])


def average(run: Run, test: TestSet) -> Any:
    """The average of the codes that the network gives test pictures, worked out once for all visitors."""
    return _average(run.digest, test.name, run, test)


def _exchanged(
    run: Run, digit: Picture, other: Picture, mean: Any, code: CodeSource, switches: SwitchSource
) -> Exchange:
    """What the decoder makes of the digit when its code and its switches are replaced."""
    return on_thread(_exchange, run, digit, other, mean, code, switches)


@dataclass(frozen=True, eq=False)
class Ways:
    """What comes back of a digit through both ways, through one of them alone, and through neither."""

    both: Exchange
    code: Exchange
    switches: Exchange
    neither: Exchange


def ways(run: Run, digit: Picture, mean: Any) -> Ways:
    """Close one way at a time: the code by giving everyone's average, the switches by fixing them."""

    def given(code: CodeSource, switches: SwitchSource) -> Exchange:
        return _exchanged(run, digit, digit, mean, code, switches)

    return Ways(given("own", "own"), given("own", "fixed"), given("average", "own"), given("average", "fixed"))


def reveal(run: Run, digit: Picture, found: Ways) -> None:
    """The page's one picture: the digit, and what each way brings back of it."""
    closed = "Switches fixed" if run.config.model.switch_bits else "It has no switches"
    tiles(
        [
            Tile(digit, "Your digit", palette.ORIGINAL, "What the network sees"),
            Tile(found.both.image, "Both ways", palette.RECONSTRUCTION, f"MSE {number(found.both.mse)}"),
            Tile(found.code.image, "Code alone", palette.RECONSTRUCTION, f"{closed}, MSE {number(found.code.mse)}"),
            Tile(
                found.switches.image,
                "Switches alone",
                palette.DIFFERENCE,
                f"Everyone's average code, MSE {number(found.switches.mse)}",
            ),
        ]
    )


def answer(run: Run, found: Ways) -> str:
    """The page's question answered for this digit, with the figures that say so."""
    code, switches, neither = (number(one.mse) for one in (found.code, found.switches, found.neither))
    if not run.config.model.switch_bits:
        return (
            "Yes: nothing goes around the code of this network. With everyone's average code it draws the same picture "
            f"for every digit (MSE {neither}); with your digit's code, MSE {code}."
        )
    start = f"With everyone's average code and fixed switches, the picture knows nothing of your digit (MSE {neither})."
    if found.switches.mse < found.neither.mse:
        return (
            f"Not the only one. {start} The switches alone bring that down to {switches}; the code alone gives {code}."
        )
    return f"For this digit, yes. {start} The switches alone do no better ({switches}); the code alone gives {code}."


def play(run: Run, digit: Picture, mean: Any) -> None:
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
    other = example_pictures()[int(which)]
    made = _exchanged(run, digit, other, mean, cast("CodeSource", code), cast("SwitchSource", switches))
    nearer = "your digit" if made.mse <= made.mse_to_other else "the other digit"
    tiles(
        [
            Tile(digit, "Your digit", palette.ORIGINAL, f"MSE to it {number(made.mse)}"),
            Tile(other, "The other digit", palette.OTHER, f"MSE to it {number(made.mse_to_other)}"),
            Tile(made.image, "What comes back", palette.RECONSTRUCTION, f"Nearer to {nearer}"),
            Tile(signed_error(digit, made.image), "The difference", palette.DIFFERENCE, "To your digit"),
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


def _average_code(run: Run, pictures: Picture) -> Any:
    from cae.analysis.detour import average_code

    return average_code(network(run), _pixels(pictures))


def _exchange(
    run: Run, digit: Picture, other: Picture, mean: Any, code: CodeSource, switches: SwitchSource
) -> Exchange:
    from cae.analysis.detour import reconstruct
    from cae.metrics import mse

    own, others = _pixels(digit[None]), _pixels(other[None])
    back = reconstruct(network(run), own, others, mean, code=code, switches=switches)
    image = back[0, 0].mul(255).round().byte().numpy()
    return Exchange(image, float(mse(own, back)), float(mse(others, back)))


def _pixels(pictures: Picture) -> Any:
    import torch

    return torch.from_numpy(np.array(pictures)).unsqueeze(1).float() / 255
