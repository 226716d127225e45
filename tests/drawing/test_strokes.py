"""The rendered pen is round, as thick as asked, with an edge one pixel wide, however a path is cut."""

import numpy as np
import pytest
import torch

from cae.drawing.strokes import IMAGE_SIDE, MAX_THICKNESS, render, sample


def draw(*strokes, thickness=3.0):
    points, lengths = sample([np.array(stroke, float) for stroke in strokes])
    return render(points, lengths, torch.tensor([thickness]))[0].numpy()


def ink(picture):
    """Full pixels' worth of ink."""
    return picture.sum(dtype=float) / 255


@pytest.mark.parametrize("thickness", [0.3, 1.0, 2.0, 3.5, 6.0])
def test_a_line_is_as_thick_as_the_pen_wherever_it_falls_between_pixels(thickness):
    for x in (13, 13.25, 13.5):
        across = ink(draw([(x, 4), (x, 23)], thickness=thickness)[14])
        assert across == pytest.approx(thickness, abs=0.12)


@pytest.mark.parametrize("thickness", [2.0, 4.0, 8.0])
def test_a_dot_is_a_disc_of_the_pens_size(thickness):
    dot = draw([(13.5, 13.5)], thickness=thickness)
    assert ink(dot) == pytest.approx(np.pi * thickness**2 / 4, rel=0.1)
    assert np.array_equal(dot, dot.T) and np.array_equal(dot, dot[::-1])


def test_points_in_one_place_are_one_dot():
    assert np.array_equal(draw([(9, 9)]), draw([(9, 9), (9, 9), (9, 9)]))


def test_a_short_stroke_is_hardly_more_than_a_dot():
    dot, short = draw([(13, 13)]), draw([(12.9, 13), (13.1, 13)])
    assert np.abs(dot.astype(int) - short).max() < 40


def test_how_a_path_is_cut_into_vertices_does_not_show():
    straight, cut = draw([(5, 5), (20, 15)]), draw([(5, 5), (8, 7), (8, 7), (17, 13), (20, 15)])
    assert np.abs(straight.astype(int) - cut).max() <= 2


def test_drawing_a_line_twice_hardly_thickens_it():
    line = [(6, 14), (22, 14)]
    assert ink(draw(line, line)) < 1.12 * ink(draw(line))


def test_ink_is_full_inside_and_absent_outside_and_the_edge_is_thin():
    column = draw([(4, 14), (23, 14)], thickness=4.0)[:, 14]
    assert column[13:16].min() == 255
    assert column[:11].max() == 0 and column[18:].max() == 0


def test_a_batch_draws_each_picture_as_if_alone_and_skips_points_of_no_length():
    points, lengths = sample([np.array([(5.0, 5.0), (20.0, 20.0)])])
    stray = torch.full((1, 4, 2), 25.0)
    padded = torch.cat([points, stray], 1), torch.cat([lengths, torch.zeros(1, 4)], 1)
    pens = torch.tensor([1.5, 4.0])
    together = render(padded[0].repeat(2, 1, 1), padded[1].repeat(2, 1), pens)
    assert together.shape == (2, IMAGE_SIDE, IMAGE_SIDE) and together.dtype == torch.uint8
    for picture, pen in zip(together, pens, strict=True):
        assert torch.equal(picture, render(points, lengths, pen[None])[0])


def test_nothing_to_draw_is_black_and_strokes_may_leave_the_picture():
    assert draw().max() == 0
    assert draw([(-200, -200), (-150, -190)]).max() == 0
    assert draw([(-300, 14), (300, 14)])[14].min() == 255


def test_an_endless_scribble_stays_affordable():
    points, _ = sample([np.array([(0.0, 0.0), (1e8, 0.0)]), np.array([(3.0, 3.0)])])
    assert points.shape[1] < 21_000


@pytest.mark.parametrize("thickness", [0.0, -1.0, MAX_THICKNESS + 1, float("nan")])
def test_a_pen_that_cannot_be_is_refused(thickness):
    with pytest.raises(ValueError, match="thickness"):
        draw([(9, 9)], thickness=thickness)


def test_the_thickest_pen_is_sound():
    assert ink(draw([(13.5, 13.5)], thickness=MAX_THICKNESS)) == pytest.approx(np.pi * 36, rel=0.05)
