"""What is on a photo is given to a network in the shape that it takes."""

import numpy as np
import pytest

from cae.drawing.digit import digit_from_strokes
from cae.drawing.on_photo import OnPhoto
from cae.registry import Shape

DIGIT = digit_from_strokes([[(0, 0), (0, 100), (60, 100)]])
PHOTO = np.zeros((30, 50, 3), np.uint8)
PHOTO[:, 10:40] = (200, 100, 50)  # the middle square
SHAPES = [Shape(side, channels) for side in (16, 28, 32, 64) for channels in (1, 3)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_both_have_the_shape_that_is_asked_for(shape):
    found = OnPhoto(PHOTO, DIGIT)
    for picture in (found.digit_in(shape), found.square_in(shape)):
        assert picture.shape == shape.array and picture.dtype == np.uint8


def test_a_digit_of_mnists_size_stays_as_it_is():
    assert np.array_equal(OnPhoto(PHOTO, DIGIT).digit_in(Shape()), DIGIT)


@pytest.mark.parametrize("side", [16, 32, 64])
def test_a_digit_of_another_size_looks_as_if_it_had_been_drawn(side):
    drawn = digit_from_strokes([[(0, 0), (0, 100), (60, 100)]], side) / 255
    assert float(np.square(OnPhoto(PHOTO, DIGIT).digit_in(Shape(side)) / 255 - drawn).mean()) < 0.02


def test_without_a_digit_there_is_none():
    assert OnPhoto(PHOTO, None).digit_in(Shape(32, 3)) is None


def test_the_square_is_the_middle_of_the_photo():
    assert np.array_equal(OnPhoto(PHOTO, None).square_in(Shape(16, 3)), np.full((16, 16, 3), (200, 100, 50)))
    assert np.ptp(OnPhoto(PHOTO, None).square_in(Shape(16, 1))) == 0
