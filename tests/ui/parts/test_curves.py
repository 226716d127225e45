"""Reduced curves keep their shape; sparklines share a scale."""

import base64
import re
from xml.etree import ElementTree

import pytest

from cae.ui.parts.curves import HEIGHT, MARGIN, WIDTH, smoothed, span, sparkline, thinned
from cae.ui.parts.palette import HELD_OUT

FALLING = [(0, 1.0), (10, 0.1), (20, 0.01)]


def drawn(markup):
    """The points in the picture, the colour of the line, and the words beside it."""
    source, words = re.fullmatch(
        r'<img class="sparkline" src="data:image/svg\+xml;base64,(.*)" alt="(.*)">', markup
    ).groups()
    line = ElementTree.fromstring(base64.b64decode(source)).find("{http://www.w3.org/2000/svg}polyline")
    return [tuple(map(float, pair.split(","))) for pair in line.get("points").split()], line.get("stroke"), words


def test_smoothing_takes_means_of_equally_many_and_says_where_they_end():
    assert smoothed([4, 2, 3, 1], 2) == [(2, 3), (4, 2)]
    assert smoothed([4, 2, 3], 10) == [(1, 4), (2, 2), (3, 3)]
    assert smoothed([], 10) == []
    for count in (1, 299, 300, 301, 12_345):
        points = smoothed([1.0] * count, 300)
        assert len(points) <= 300 and points[-1] == (count, 1)


def test_the_curve_of_a_long_run_begins_with_its_first_step_and_its_points_stay():
    losses = [5.0, 3.0, 1.0, 7.0, 2.0]
    assert smoothed(losses[:1], 10, planned=20) == [(1, 5)]
    assert smoothed(losses[:2], 10, planned=20) == [(2, 4)]
    assert smoothed(losses, 10, planned=20) == [(2, 4), (4, 4), (5, 2)]


def test_thinning_keeps_the_last_point():
    points = [(step, 1.0) for step in range(1001)]
    few = thinned(points, 100)
    assert len(few) <= 100
    assert (few[0], few[-1]) == (points[0], points[-1])
    assert thinned(FALLING, 3) == FALLING


def test_equal_factors_are_equal_distances_downwards():
    points, colour, _ = drawn(sparkline(FALLING, span([FALLING]), ""))
    middle = HEIGHT / 2
    assert points == [(MARGIN, MARGIN), (WIDTH / 2, middle), (WIDTH - MARGIN, HEIGHT - MARGIN)]
    assert colour == HELD_OUT


def test_two_small_curves_on_one_scale_can_be_compared():
    worse = [(0, 1.0), (10, 0.1)]
    points, _, _ = drawn(sparkline(worse, span([FALLING, worse]), ""))
    assert points[-1] == (WIDTH - MARGIN, HEIGHT / 2)


@pytest.mark.parametrize("points", [[], [(0, 0.5)], [(0, 0.0), (1, 0.0)], [(0, 0.5), (9, 0.5)]])
def test_there_is_a_picture_whatever_the_curve(points):
    places, _, _ = drawn(sparkline(points, span([points]), "Loss"))
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)


def test_the_words_cannot_become_markup():
    assert drawn(sparkline(FALLING, span([FALLING]), '"><b>'))[2] == "&quot;&gt;&lt;b&gt;"


def test_a_long_curve_makes_no_large_picture():
    long = [(step, 1 / (1 + step)) for step in range(100_000)]
    assert len(sparkline(long, span([long]), "")) < 4000
