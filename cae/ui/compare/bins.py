"""Bins for the histogram of a metric, shared by all methods, and percentiles for each class."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cae.ui.parts.figures import DEFINITIONS

__all__ = ["LESS_IS_BETTER", "Bins", "Interval", "Values", "bins", "by_class", "scale", "written"]

Values = NDArray[np.float32]

LESS_IS_BETTER = ("mse", "rmse")
GEOMETRIC = ("mse",)  # the MSE is a squared error: with bins of equal width, a good network would fill one bar only
MOST = 20  # bins; each is wide enough for a finger on a phone
CUT = 0.5  # percent at each end that do not set the range: outliers would squeeze all other pictures into a few bins
# Preferred numbers of IEC 60063 (E12, E6, E3): 12, 6 or 3 steps of equal ratio from 1 to 10, rounded.
SERIES = {
    12: (1.0, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 3.9, 4.7, 5.6, 6.8, 8.2),
    6: (1.0, 1.5, 2.2, 3.3, 4.7, 6.8),
    3: (1.0, 2.2, 4.7),
}


@dataclass(frozen=True)
class Bins:
    """n bins with n + 1 edges; ``words`` are the edges as text. A bin includes its lower edge, not its upper one.

    The first bin also counts all smaller values, and the last all larger ones.
    """

    edges: tuple[float, ...]
    words: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.edges) - 1

    def places(self, values: Values) -> NDArray[np.intp]:
        """The index of the bin of every value."""
        return np.clip(np.searchsorted(self.edges, values, side="right") - 1, 0, len(self) - 1)

    def counts(self, values: Values) -> list[int]:
        """The number of values in each bin."""
        return [int(count) for count in np.bincount(self.places(values), minlength=len(self))]

    def range(self, place: int, metric: str) -> str:
        """A bin in words: "an MSE of 0.010 to 0.012"."""
        last, unit = len(self) - 1, " dB" if metric == "psnr" else ""
        name = f"{'a' if metric == 'psnr' else 'an'} {DEFINITIONS[metric][0]}"
        if place == 0 and last:
            return f"{name} below {self.words[1]}{unit}"
        if place == last:
            return f"{name} of {self.words[last]}{unit} or more"
        return f"{name} of {self.words[place]} to {self.words[place + 1]}{unit}"


@dataclass(frozen=True)
class Interval:
    """The 10th percentile, the median and the 90th percentile."""

    low: float
    middle: float
    high: float


def bins(metric: str, *methods: Values) -> Bins:
    """Bins for all values of the metric, of equal width; for the MSE, of equal ratio."""
    values = [each[np.isfinite(each)] for each in methods]
    values = [each for each in values if len(each)] or [np.zeros(1, np.float32)]
    low = min(float(np.percentile(each, CUT)) for each in values)
    high = max(float(np.percentile(each, 100 - CUT)) for each in values)
    if metric in GEOMETRIC and low > 0:
        edges = _ratios(low, high)
        return Bins(edges, tuple(_two_digits(edge) for edge in edges))
    edges = scale(low, high, MOST)
    return Bins(edges, written(edges))


def scale(low: float, high: float, most: int) -> tuple[float, ...]:
    """Round numbers at equal steps, from at most ``low`` to at least ``high``, in at most ``most`` steps."""
    for step in _steps(high - low):
        first, last = math.floor(low / step + 1e-6), math.ceil(high / step - 1e-6)
        if last - first <= most:
            return tuple(place * step for place in range(first, max(last, first + 1) + 1))
    raise ValueError("The range of a scale must be finite.")


def written(edges: Sequence[float]) -> tuple[str, ...]:
    """The edges of a scale as text, all with as many decimals as its step needs."""
    step = edges[1] - edges[0]
    decimals = max(0, -math.floor(math.log10(step) + 1e-6))
    return tuple(f"{edge:.{decimals}f}" for edge in edges)


def by_class(labels: NDArray[np.int64], values: Values, classes: int) -> list[Interval | None]:
    """The percentiles of each class; None for a class without pictures."""
    found: list[Interval | None] = []
    for label in range(classes):
        own = values[labels == label]
        # "nearest" does not interpolate: PSNR can be infinite.
        percentiles = np.percentile(own, (10, 50, 90), method="nearest") if len(own) else None
        found.append(None if percentiles is None else Interval(*map(float, percentiles)))
    return found


def _steps(span: float) -> Iterator[float]:
    """Yield 1, 2, 5, 10, 20, 50, … times a power of ten, starting below a hundredth of the span."""
    power = math.floor(math.log10(span)) - 2 if span > 0 else -2
    while power < 300:
        yield from (digit * 10.0**power for digit in (1, 2, 5))
        power += 1


def _ratios(low: float, high: float) -> tuple[float, ...]:
    """Preferred numbers from at most ``low`` to at least ``high``: the finest series with at most ``MOST`` bins."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for series in SERIES.values():
        edges = [digit * 10.0**decade for decade in decades for digit in series]
        below = max(place for place, edge in enumerate(edges) if edge <= low * (1 + 1e-6))
        above = min((place for place, edge in enumerate(edges) if edge >= high), default=len(edges) - 1)
        if above - below <= MOST:
            return tuple(edges[below : max(above, below + 1) + 1])
    return tuple(10.0**decade for decade in (*decades, decades[-1] + 1))


def _two_digits(value: float) -> str:
    decimals = max(0, 1 - math.floor(math.log10(value) + 1e-6))
    return f"{value:.{decimals}f}"
