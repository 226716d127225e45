"""The sentences of the Compare page, built from the figures that the page has measured."""

from __future__ import annotations

from collections.abc import Sequence

from cae import registry
from cae.ui.compare.bins import LESS_IS_BETTER, Interval
from cae.ui.compare.methods import Method
from cae.ui.parts.figures import DEFINITIONS
from cae.ui.parts.test_set import Measured, TestSet
from cae.ui.parts.text import number, plain

__all__ = ["answer", "by_class"]

HARDLY = 1.05  # ratio of two errors below which they count as equal

Measurement = tuple[Method, Measured]


def answer(compared: Sequence[Method], results: Sequence[Measured], test: TestSet) -> str:
    """The answer to the page's question: how the network compares with PCA, and with a second network."""
    first, *others = zip(compared, results, strict=True)
    over = f"Over {len(test.images):,} pictures of {registry.title(test.name)}"
    sentences = [_beside_pca(first, others, over)]
    sentences += [_beside_another(first, other) for other in others if other[0].run]
    elsewhere = [
        f"{plain(one.title)} was trained on {registry.title(one.run.config.dataset)}"
        for one in compared
        if one.run and one.run.config.dataset != test.name
    ]
    if elsewhere:
        fitted = any(one.run is None for one in compared)
        sentences.append(f"But {' and '.join(elsewhere)}" + f", PCA on {registry.title(test.name)}" * fitted + ".")
    return " ".join(sentences)


def by_class(
    compared: Sequence[Method], spreads: Sequence[Sequence[Interval | None]], classes: Sequence[str], metric: str
) -> str:
    """The network's hardest and easiest class, and the number of classes in which it is better than PCA."""
    called, less = [plain(name) for name in classes], metric in LESS_IS_BETTER
    found = sorted((one.middle, label) for label, one in enumerate(spreads[0]) if one)
    if len(found) < 2:
        return ""
    easiest, hardest = (found[0], found[-1]) if less else (found[-1], found[0])
    sentence = (
        f"Hardest for {plain(compared[0].title)}: **{called[hardest[1]]}**, with a median {DEFINITIONS[metric][0]} of "
        f"{number(hardest[0])}. Easiest: **{called[easiest[1]]}**, {number(easiest[0])}."
    )
    if len(compared) == 1 or compared[1].run:
        return sentence
    pairs = [(one.middle, other.middle) for one, other in zip(*spreads[:2], strict=True) if one and other]
    won = sum(own != pca and (own < pca) == less for own, pca in pairs)
    many = f"all {won}" if won == len(pairs) else f"{won or 'none'} of the {len(pairs)}"
    return f"{sentence} It does better than {compared[1].title} in {many} classes."


def _beside_pca(network: Measurement, others: Sequence[Measurement], over: str) -> str:
    (one, result), mse = network, number(network[1].figures.mse)
    error = f"{over} the error of {plain(one.title)} (MSE) is"
    if one.run and not one.run.config.model.pca_size:
        values = one.run.config.model.picture.values
        return (
            f"{error} {mse}. Its code has {one.code_size:,} numbers, and a picture has {values:,}. PCA with "
            "so many numbers would copy every picture perfectly, so it is not compared."
        )
    pca = others[0][1].figures.mse
    has_switches = one.run and one.run.config.model.switch_bits
    helped = ". But its decoder gets more than its code: the switches" if has_switches else ""
    return (
        f"{error} **{_times(result.figures.mse, pca)}** than that of PCA with as many numbers: {mse} against "
        f"{number(pca)}{helped}."
    )


def _beside_another(first: Measurement, second: Measurement) -> str:
    one, other = first[1].figures.mse, second[1].figures.mse
    titles = [plain(which[0].title) for which in (first, second)]
    sentence = f"The error of {titles[0]} is **{_times(one, other)}** than that of {titles[1]}, {number(other)}."
    bits = [which[0].run.config.model.switch_bits if which[0].run else 0 for which in (first, second)]
    helped = 0 if bits[0] > bits[1] else 1
    if bits[0] == bits[1]:
        return sentence
    return f"{sentence} But {bits[helped]:,} bits of switches bypass the code of {titles[helped]}."


def _times(one: float, other: float) -> str:
    """The ratio of two errors in words: "5.8 times smaller"."""
    ratio = max(one / other, other / one)
    return f"{f'{ratio:.1f} times' if ratio >= HARDLY else 'hardly'} {'smaller' if one <= other else 'larger'}"
