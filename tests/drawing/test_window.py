"""The extremes within a window are those that SciPy finds."""

import numpy as np
import pytest
from scipy import ndimage

from cae.drawing import window
from cae.drawing.window import closed, darkest, lightest, opened

SIZES = [(1, 1), (1, 30), (30, 1), (7, 40), (41, 23)]  # (H, W)
SIDES = [1, 2, 3, 8, 9, 31, 64]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """So that there are several, and the last of them is smaller."""
    monkeypatch.setattr(window, "BLOCK", 16)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("size", SIZES)
def test_the_extremes_are_those_of_scipy(size, side):
    grey = np.random.default_rng(0).random(size, np.float32)
    assert np.array_equal(lightest(grey, side), ndimage.maximum_filter(grey, side, mode="nearest"))
    assert np.array_equal(darkest(grey, side), ndimage.minimum_filter(grey, side, mode="nearest"))


@pytest.mark.parametrize("half", [0, 1, 4, 20])
@pytest.mark.parametrize("size", SIZES)
def test_closing_and_opening_are_those_of_scipy_on_a_picture_that_goes_on(size, half):
    grey = np.random.default_rng(0).random(size, np.float32)
    wide, inside = np.pad(grey, 2 * half, mode="edge"), (slice(2 * half, -2 * half or None),) * 2
    assert np.array_equal(closed(grey, half), ndimage.grey_closing(wide, 2 * half + 1)[inside])
    assert np.array_equal(opened(grey, half), ndimage.grey_opening(wide, 2 * half + 1)[inside])
