"""Synthetic digits: repeatable, balanced, prepared as in MNIST, with statistics near MNIST's."""

import pytest
import torch

from cae.data import skeletons, synthetic
from cae.drawing.digit import digit_from_strokes
from cae.drawing.strokes import BOX_SIDE, CENTRE


@pytest.fixture(scope="module")
def many():
    return synthetic.digits(4000, seed=5)


def extents(images):
    """Rows and columns between the first and the last with clear ink: (N,), (N,)."""
    clear = images[:, 0] > 100

    def between(lines):
        places = torch.arange(lines.shape[1])
        return torch.where(lines, places, -1).amax(1) - torch.where(lines, places, 99).amin(1) + 1

    return between(clear.any(2)), between(clear.any(1))


def centres(images):
    ink = images[:, 0].double()
    grid = torch.arange(28.0, dtype=torch.double)
    return torch.stack([ink.sum(1) @ grid, ink.sum(2) @ grid], 1) / ink.sum((1, 2))[:, None]


def thickness(images):
    """A measure of pen thickness: twice the ink over the length of its edge."""
    ink = images[:, 0].float() / 255
    edge = ink.diff(dim=2)[:, :-1].hypot(ink.diff(dim=1)[:, :, :-1]).sum((1, 2))
    return 2 * ink.sum((1, 2)) / edge


def test_images_and_labels_have_the_shape_of_a_data_set(many):
    images, labels = many
    assert images.shape == (4000, 1, 28, 28) and images.dtype == torch.uint8
    assert labels.shape == (4000,) and labels.dtype == torch.int64
    assert labels.bincount().tolist() == [400] * 10


def test_the_seed_alone_decides(many):
    before = torch.get_rng_state()
    again = synthetic.digits(1234, seed=5)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(again[0], many[0][:1234]) and torch.equal(again[1], many[1][:1234])
    assert not torch.equal(synthetic.digits(1234, seed=6)[0], again[0])


def test_no_two_digits_are_the_same_and_the_order_is_shuffled(many):
    images, labels = many
    assert len(images.flatten(1).unique(dim=0)) == len(images)
    assert len({tuple(ten) for ten in labels.view(-1, 10).tolist()}) > 350


@pytest.mark.parametrize("count", [0, 1, 7, 10])
def test_any_count_is_given_and_balanced(count):
    images, labels = synthetic.digits(count, seed=0)
    assert len(images) == len(labels) == count
    assert len(set(labels.tolist())) == count


def test_a_bad_count_or_digit_is_refused_in_words():
    with pytest.raises(ValueError, match="count"):
        synthetic.digits(-1, seed=0)
    for wrong in (-1, 10):
        with pytest.raises(ValueError, match="0 to 9"):
            synthetic.strokes(wrong)
        with pytest.raises(ValueError, match="0 to 9"):
            synthetic.example(wrong)


def test_progress_counts_up_to_the_end():
    told = []
    synthetic.digits(2500, seed=0, progress=lambda *at: told.append(at))
    assert told == [(1000, 2500), (2000, 2500), (2500, 2500)]


def test_the_ink_fits_the_box_and_its_mass_is_in_the_middle(many):
    height, width = extents(many[0])
    longer = torch.maximum(height, width)
    assert longer.min() >= BOX_SIDE - 2 and longer.max() <= BOX_SIDE + 1
    # Off the middle by up to half a pixel, as MNIST; a little more where strokes cross.
    assert (centres(many[0]) - CENTRE).abs().quantile(0.95) < 0.55
    assert (centres(many[0]) - CENTRE).abs().max() < 1.2


def test_no_digit_is_blank_or_leaves_the_picture(many):
    images = many[0][:, 0]
    edge = torch.cat([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], 1)
    assert (edge > 0).any(1).float().mean() < 0.04  # MNIST: 0.012
    assert images.flatten(1).amax(1).min() > 200


def test_grey_levels_are_those_published_for_mnist(many):
    pixels = many[0].float() / 255
    assert pixels.mean() == pytest.approx(0.1307, abs=0.01)
    assert pixels.std() == pytest.approx(0.3081, abs=0.015)


def test_the_curves_pass_through_their_control_points_and_every_digit_has_variants():
    known = skeletons.load()
    assert known.digits.bincount().min() >= 2
    path = known.weights @ known.controls
    nearest = torch.cdist(known.controls, path).amin(2)
    used = known.weights.abs().sum(1) > 0
    assert nearest[used].max() < 0.06
    assert torch.allclose(known.weights.sum(2), torch.ones(()), atol=1e-4)


@pytest.mark.parametrize("digit", range(10))
def test_every_digit_has_strokes_to_start_a_drawing_from(digit):
    strokes = synthetic.strokes(digit)
    xs, ys = zip(*(point for stroke in strokes for point in stroke), strict=True)
    assert min(xs + ys) >= 0.1 and max(xs + ys) <= 0.9
    assert all(len(stroke) >= 2 for stroke in strokes)
    assert digit_from_strokes(strokes) is not None
    assert synthetic.example(digit).shape == (28, 28)


@pytest.mark.mnist
def test_thickness_extent_and_ink_are_near_mnists_own(many, mnist):
    real = mnist.train.images[:4000]
    assert thickness(many[0]).mean() == pytest.approx(float(thickness(real).mean()), rel=0.07)
    assert thickness(many[0]).std() == pytest.approx(float(thickness(real).std()), rel=0.3)
    for mine, theirs in zip(extents(many[0]), extents(real), strict=True):
        assert mine.float().mean() == pytest.approx(float(theirs.float().mean()), abs=1.2)
    assert (real == 0).float().mean() == pytest.approx(float((many[0] == 0).float().mean()), abs=0.02)


@pytest.mark.mnist
def test_the_mean_digit_of_each_class_looks_like_mnists(many, mnist):
    images, labels = many
    for digit in range(10):
        mine = images[labels == digit, 0].float().mean(0).flatten()
        theirs = mnist.train.images[:8000][mnist.train.labels[:8000] == digit].float().mean(0).flatten()
        assert torch.corrcoef(torch.stack([mine, theirs]))[0, 1] > 0.9, digit
