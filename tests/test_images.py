"""Pictures keep their values on the way between arrays and tensors, in grey and in colour."""

import numpy as np
import pytest
import torch

from cae.images import arrays, brightness, enlarge, in_shape, levels, pixels, planes
from cae.registry import Shape

CHANCE = np.random.default_rng(0)
GREY = CHANCE.integers(0, 256, (5, 17, 17), np.uint8)
COLOUR = CHANCE.integers(0, 256, (5, 17, 17, 3), np.uint8)


@pytest.mark.parametrize("pictures", [GREY, COLOUR], ids=["grey", "colour"])
def test_there_and_back_is_the_same(pictures):
    assert np.array_equal(arrays(planes(pictures)), pictures)
    assert np.array_equal(levels(pixels(pictures)), pictures)


def test_channels_come_first_in_a_tensor():
    assert planes(GREY).shape == (5, 1, 17, 17) and planes(COLOUR).shape == (5, 3, 17, 17)
    assert torch.equal(planes(COLOUR)[:, 2], torch.from_numpy(COLOUR[..., 2].copy()))
    assert float(pixels(GREY).max()) <= 1 and pixels(COLOUR).dtype == torch.float32


def test_an_array_that_cannot_be_written_to_is_read_without_a_warning(recwarn):
    frozen = GREY.copy()
    frozen.setflags(write=False)
    assert np.array_equal(arrays(planes(frozen)), GREY)
    assert not recwarn


def test_none_is_fine():
    for shape in (Shape(), Shape(32, 3)):
        assert arrays(planes(np.empty((0, *shape.array), np.uint8))).shape == (0, *shape.array)


def test_a_grey_picture_in_colour_has_three_equal_channels():
    assert np.array_equal(in_shape(GREY[0], Shape(17, 1)), GREY[0])
    coloured = in_shape(GREY, Shape(17, 3))
    assert coloured.shape == (5, 17, 17, 3) and all(np.array_equal(coloured[..., one], GREY) for one in range(3))
    assert np.array_equal(brightness(coloured), GREY) and brightness(GREY) is GREY


def test_enlarging_makes_squares_of_one_value():
    large = enlarge(GREY[0], 10)
    assert large.shape == (170, 170)
    assert (large.reshape(17, 10, 17, 10) == GREY[0][:, None, :, None]).all()
    assert np.array_equal(enlarge(COLOUR[0], 3)[::3, ::3], COLOUR[0])
