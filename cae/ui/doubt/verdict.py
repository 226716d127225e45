"""The verdict on one picture: its scores, and where each stands among those of the test pictures."""

from __future__ import annotations

import math
from html import escape

import numpy as np
import streamlit as st

from cae import registry
from cae.inference import reconstruct
from cae.runs.run import Run
from cae.ui.doubt.challengers import Challenger
from cae.ui.doubt.profile import Profile
from cae.ui.parts import palette
from cae.ui.parts.test_set import TestSet
from cae.ui.parts.text import number
from cae.ui.parts.tiles import through, tiles

__all__ = ["ABOUT", "NAMES", "verdict"]

NAMES = {"error": "Error", "error for its ink": "Error for its ink", "code": "Rare code", "both": "Error and code"}
ABOUT = {
    "error": "The MSE between the picture and its reconstruction.",
    "error for its ink": "The error, divided by that of digits with as much ink. Much ink alone makes an error large.",
    "code": "A code is rare if it is unlike those of training pictures. In numbers: −log of the density of their "
    "codes, in nats. The density is a mixture of 20 Gaussians.",
    "both": "The error for its ink and the rare code together: each in standard deviations from the mean of digits, "
    "then added.",
}
LOGARITHMIC = ("error", "error for its ink")
BARS = 60
ALARM = 0.99  # share of the test pictures that are more usual than what is called unusual here


def verdict(run: Run, profile: Profile, test: TestSet, challenger: Challenger) -> None:
    """The picture with its reconstruction, one sentence, and a histogram for each score with the picture's place."""
    picture = challenger.picture
    back = reconstruct(run, picture[None]).images[0]
    scores = profile.scores(run, picture)
    tiles(through(picture, back, run.title))
    st.write(_sentence(profile, scores, challenger, test))
    st.html("".join(_histogram(profile, name, value) for name, value in scores.items()))
    st.caption(
        f"Bars: the {len(test.images):,} test pictures of {registry.title(test.name)}. Line: {challenger.words}. "
        "Farther to the right is more unusual. The scales of the errors are logarithmic."
    )


def _sentence(profile: Profile, scores: dict[str, float], challenger: Challenger, test: TestSet) -> str:
    below = {name: profile.share_below(name, value) for name, value in scores.items()}
    words = f"{challenger.words[0].upper()}{challenger.words[1:]}"
    unusual = [NAMES[name].lower() for name, share in below.items() if share >= ALARM]
    first = (
        f"**{words}** has a reconstruction error of {number(scores['error'])}. **{_percent(below['error'])}** of the "
        f"test pictures of {registry.title(test.name)} have a smaller one. By error and code together, "
        f"**{_percent(below['both'])}** of them are less unusual. Here, unusual means: {100 * ALARM:.0f} % of the test "
        "pictures score lower."
    )
    if not unusual:
        return f"{first} No score says so."
    several = " and ".join([", ".join(unusual[:-1]), unusual[-1]]) if len(unusual) > 1 else unusual[0]
    return f"{first} That is so by: {several}."


def _percent(share: float) -> str:
    """A share in percent, never rounded up to all nor down to none."""
    return f"{min(math.floor(1000 * share) / 10, 99.9):.1f} %"


def _number(value: float) -> str:
    return ("−" if value < 0 else "") + number(abs(value))


def _histogram(profile: Profile, name: str, value: float) -> str:
    """A row: the score's name and value, bars of the test pictures, and a line at the value. HTML."""
    quantiles = profile.quantiles[name].astype(float)
    if name in LOGARITHMIC:
        quantiles, value_at = np.log10(np.maximum(quantiles, 1e-9)), math.log10(max(value, 1e-9))
    else:
        value_at = value
    usual = quantiles[-6] - quantiles[5]  # without the rarest, which would make everything else thin
    low, high = quantiles[5] - 0.15 * usual, quantiles[-6] + 0.6 * usual
    edges = np.linspace(low, high, BARS + 1)
    counts = np.histogram(np.clip(quantiles, low, high), edges)[0]
    heights = counts / counts.max()
    bars = "".join(f'<i style="--height:{height:.3f}"></i>' for height in heights)
    place = min(max((value_at - low) / (high - low), 0.0), 1.0)
    beyond = " beyond" if not low <= value_at <= high else ""
    ends = [_number(10**end if name in LOGARITHMIC else end) for end in (low, high)]
    share = _percent(profile.share_below(name, value))
    label = f"{NAMES[name]} {_number(value)}: higher than {share} of the test pictures"
    return (
        f'<div class="stands" role="img" aria-label="{escape(label)}" title="{escape(ABOUT[name])}">'
        f"<div><b>{NAMES[name]}</b> {_number(value)}<small>higher than {share}</small></div>"
        f'<div class="bars" style="--tone:{palette.RECONSTRUCTION}">{bars}'
        f'<span class="here{beyond}" style="--at:{place:.4f}"></span></div>'
        f'<div class="ends"><small>{ends[0]}</small><small>{ends[1]}</small></div></div>'
    )
