"""The page prepares a drawing as Python does: the same digit to one grey level."""

import math
from random import Random

import numpy as np
import pytest

from cae.drawing.canvas_paths import strokes_from_canvas
from cae.drawing.digit import digit_from_strokes
from cae.drawing.drawing import SIDE, drawn_path
from cae.drawing.examples import example_strokes

pytestmark = pytest.mark.browser

DIGITS = """(drawings) => drawings.map((strokes) => {
    const digit = loaded.digit(strokes.map(({ points, width }) => loaded.polyline(points, width)))
    return digit && [...digit]
})"""


@pytest.fixture(scope="module")
def page(page_with):
    return page_with("drawing.js")


def wander(chance):
    """A stroke as a hand may draw it, over the edge of the canvas too."""
    x, y, turn = chance.uniform(-20, SIDE + 20), chance.uniform(-20, SIDE + 20), chance.uniform(0, 7)
    points = [[round(x, 2), round(y, 2)]]
    for _ in range(chance.randint(0, 60)):
        turn += chance.gauss(0, 0.4)
        step = chance.choice([0.4, 3, 8, 25])
        x, y = x + step * math.cos(turn), y + step * math.sin(turn)
        points.append([round(x, 2), round(y, 2)])
    return {"points": points, "width": chance.choice([8, 20, 40])}


CHANCE = Random(0)
DRAWINGS = {
    "chance": [[wander(CHANCE) for _ in range(CHANCE.randint(1, 4))] for _ in range(200)],
    "dots": [[{"points": [[x, y]], "width": 20}] for x in (0, 140, 279.5) for y in (0, 140.25, 280)],
    "two dots": [[{"points": [[20, 30]], "width": 8}, {"points": [[200, 250]], "width": 8}]],
    "a click that trembles": [[{"points": [[50, 50], [50.5, 50.7], [51, 50]], "width": 20}]],
    "the same place twice": [[{"points": [[50, 50], [50, 50], [90, 50], [90, 50], [90, 120]], "width": 20}]],
    "straight down": [[{"points": [[140, 0], [140, 280]], "width": 20}]],
    "off every edge": [
        [{"points": [[-30, 140], [310, 140]], "width": 20}, {"points": [[140, -30], [140, 310]], "width": 20}]
    ],
    "nothing": [[]],
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_strokes_give_the_same_digit_as_in_python(page, name):
    drawings = DRAWINGS[name]
    for strokes, found in zip(drawings, page.evaluate(DIGITS, drawings), strict=True):
        paths = [drawn_path(one["points"], one["width"]) for one in strokes]
        expected = digit_from_strokes(strokes_from_canvas({"objects": paths}))
        if expected is None:
            assert found is None
        else:
            assert np.abs(np.array(found) - expected.ravel().astype(int)).max() <= 1


@pytest.mark.parametrize("side", [16, 27, 32, 64])
def test_a_picture_with_another_side_is_the_same_as_in_python(page, side):
    for strokes in DRAWINGS["chance"][:20]:
        paths = [drawn_path(one["points"], one["width"]) for one in strokes]
        lines = [line.tolist() for line in strokes_from_canvas({"objects": paths})]
        found = page.evaluate("([lines, side]) => [...loaded.digit(lines, side)]", [lines, side])
        assert len(found) == side**2
        assert np.abs(np.array(found) - digit_from_strokes(lines, side).ravel().astype(int)).max() <= 1


def test_the_examples_are_the_same_digits(page):
    for digit in range(10):
        lines = [line.tolist() for line in strokes_from_canvas({"objects": list(example_strokes(digit))})]
        found = page.evaluate("(lines) => [...loaded.digit(lines)]", lines)
        expected = digit_from_strokes(strokes_from_canvas({"objects": list(example_strokes(digit))}))
        assert np.abs(np.array(found) - expected.ravel().astype(int)).max() <= 1
