"""What the Compare page says in words: every sentence from the figures that the page has measured."""

from __future__ import annotations

from collections.abc import Sequence

from cae.config import IMAGE_SIDE
from cae.data import names
from cae.data.names import class_names
from cae.ui.compare.bins import LESS_IS_BETTER, Interval
from cae.ui.compare.methods import Method
from cae.ui.parts.figures import DEFINITIONS
from cae.ui.parts.test_set import Measured, TestSet
from cae.ui.parts.text import number, plain

__all__ = ["answer", "by_class"]

PIXELS = IMAGE_SIDE**2
HARDLY = 1.05

Measurement = tuple[Method, Measured]


def answer(lined_up: Sequence[Method], results: Sequence[Measured], test: TestSet) -> str:
    """The page's question, answered."""
    first, *others = zip(lined_up, results, strict=True)
    over = f"Over {len(test.images):,} pictures of {names.TITLES[test.name]}"
    sentences = [_beside_pca(first, others, over)]
    sentences += [_beside_another(first, other) for other in others if other[0].run]
    strangers = [
        f"{plain(one.title)} learnt from {names.TITLES[one.run.config.dataset]}"
        for one in lined_up
        if one.run and one.run.config.dataset != test.name
    ]
    if strangers:
        fitted = any(one.run is None for one in lined_up)
        sentences.append(f"But {' and '.join(strangers)}" + f", PCA from {names.TITLES[test.name]}" * fitted + ".")
    return " ".join(sentences)


def by_class(lined_up: Sequence[Method], spreads: Sequence[Sequence[Interval | None]], name: str, metric: str) -> str:
    """Which class is hardest for the network and which is easiest, and in how many it does better than PCA."""
    called, less = class_names(name), metric in LESS_IS_BETTER
    found = sorted((one.middle, label) for label, one in enumerate(spreads[0]) if one)
    if len(found) < 2:
        return ""
    easiest, hardest = (found[0], found[-1]) if less else (found[-1], found[0])
    said = (
        f"Hardest for {plain(lined_up[0].title)}: **{called[hardest[1]]}**, with a median {DEFINITIONS[metric][0]} of "
        f"{number(hardest[0])}. Easiest: **{called[easiest[1]]}**, {number(easiest[0])}."
    )
    if len(lined_up) == 1 or lined_up[1].run:
        return said
    pairs = [(one.middle, other.middle) for one, other in zip(*spreads[:2], strict=True) if one and other]
    won = sum(own != pca and (own < pca) == less for own, pca in pairs)
    classes = f"all {won}" if won == len(pairs) else f"{won or 'none'} of the {len(pairs)}"
    return f"{said} It does better than {lined_up[1].title} in {classes} classes."


def _beside_pca(network: Measurement, others: Sequence[Measurement], over: str) -> str:
    (one, result), mse = network, number(network[1].figures.mse)
    error = f"{over} the error of {plain(one.title)} (MSE) is"
    if one.code_size >= PIXELS:
        return (
            f"{error} {mse}. Its code holds {one.code_size:,} numbers, more than the {PIXELS} pixels of a picture: PCA "
            "with that many would copy every picture perfectly, so there is no PCA to set beside it."
        )
    pca = others[0][1].figures.mse
    told = ", but more than its code told it" if one.run and one.run.config.model.switch_bits else ""
    return (
        f"{error} **{_times(result.figures.mse, pca)}** than that of PCA with as many numbers: {mse} against "
        f"{number(pca)}{told}."
    )


def _beside_another(first: Measurement, second: Measurement) -> str:
    one, other = first[1].figures.mse, second[1].figures.mse
    titles = [plain(which[0].title) for which in (first, second)]
    said = f"The error of {titles[0]} is **{_times(one, other)}** than that of {titles[1]}, {number(other)}."
    bits = [which[0].run.config.model.switch_bits if which[0].run else 0 for which in (first, second)]
    helped = 0 if bits[0] > bits[1] else 1
    if bits[0] == bits[1]:
        return said
    return f"{said} But {bits[helped]:,} bits of switches bypass the code of {titles[helped]}."


def _times(one: float, other: float) -> str:
    """How one error stands to another: “5.8 times smaller”."""
    ratio = max(one / other, other / one)
    return f"{f'{ratio:.1f} times' if ratio >= HARDLY else 'hardly'} {'smaller' if one <= other else 'larger'}"
