"""Properties of pictures, on shapes whose properties are known."""

import numpy as np
import pytest

from cae.analysis.properties import correlations, properties


def bar(lean, thickness=3):
    """An upright bar that leans so many pixels to the right for each pixel up."""
    picture = np.zeros((28, 28), np.uint8)
    for row in range(4, 24):
        middle = round(14 + lean * (13.5 - row))
        picture[row, middle - thickness // 2 : middle + thickness // 2 + 1] = 255
    return picture


@pytest.mark.parametrize("lean", [-0.5, 0.0, 0.3])
def test_the_slant_is_the_step_right_for_a_step_up(lean):
    assert properties(bar(lean)[None])["slant"][0] == pytest.approx(lean, abs=0.02)


def test_ink_width_and_height_are_those_of_a_rectangle():
    picture = np.zeros((1, 28, 28), np.uint8)
    picture[0, 10:18, 5:25] = 255
    found = properties(picture)
    assert found["ink"][0] == pytest.approx(160 / 784)
    assert found["width"][0] == pytest.approx(np.arange(20).std())
    assert found["height"][0] == pytest.approx(np.arange(8).std())
    assert found["slant"][0] == pytest.approx(0, abs=1e-9)


def test_a_blank_picture_has_no_property():
    assert {name: float(values[0]) for name, values in properties(np.zeros((1, 28, 28), np.uint8)).items()} == {
        "ink": 0,
        "width": 0,
        "height": 0,
        "slant": 0,
    }


def test_correlations_are_pearsons():
    chance = np.random.default_rng(0)
    coordinates, values = chance.normal(size=(200, 3)), chance.normal(size=200)
    coordinates[:, 1] += 2 * values
    coordinates[:, 2] = -values
    found = correlations(coordinates, {"ink": values, "still": np.ones(200)})
    assert np.allclose(found["ink"], [np.corrcoef(column, values)[0, 1] for column in coordinates.T])
    assert found["ink"][2] == pytest.approx(-1)
    assert np.array_equal(found["still"], np.zeros(3))
