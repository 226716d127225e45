"""A warp moves pixels by the distance asked for, differently for each picture."""

import pytest
import torch

from cae.data.augmentation import warp


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


def slopes(count):
    """Pictures (count, 2, 28, 28) whose pixels say where they are: from left to right, and from top to bottom."""
    ramp = (torch.arange(28) + 0.5) / 28
    return torch.stack([ramp.expand(28, 28), ramp[:, None].expand(28, 28)]).repeat(count, 1, 1, 1)


def moves(pixels, count=400):
    """How far (count, 2, 16, 16) each pixel in the middle of a picture has come, in pixels, right and down."""
    straight = slopes(count)
    return ((warp(straight, pixels, chance()) - straight) * 28)[..., 6:22, 6:22]


def test_no_warp_changes_nothing_and_draws_nothing():
    images, generator = torch.rand(3, 1, 28, 28), chance()
    before = generator.get_state()
    assert torch.equal(warp(images, 0.0, generator), images)
    assert torch.equal(generator.get_state(), before)


@pytest.mark.parametrize("pixels", [0.25, 0.5, 1.0])
def test_pixels_move_as_far_as_asked_for(pixels):
    moved = moves(pixels)
    assert float(moved.mean()) == pytest.approx(0, abs=0.03 * pixels)
    # Uniform strengths have a mean square of a third, and interpolation evens some of it out between the nodes.
    assert float(moved.square().mean().sqrt()) == pytest.approx(3**-0.5 * pixels, rel=0.2)


def test_twice_the_warp_moves_everything_twice_as_far():
    torch.testing.assert_close(moves(1.0), 2 * moves(0.5), rtol=0.1, atol=0.1)


def test_some_pictures_are_bent_strongly_and_some_hardly():
    bends = moves(1.0).square().mean(dim=(1, 2, 3)).sqrt()
    assert bends.quantile(0.1) < 0.2 * bends.quantile(0.9)
    assert bends.max() < 2


def test_the_bend_is_smooth():
    """Neighbours move almost alike: strokes stay strokes."""
    moved = moves(1.0)
    assert float(moved.diff(dim=-1).abs().mean()) < 0.3 * float(moved.abs().mean())
    assert float(moved.diff(dim=-2).abs().mean()) < 0.3 * float(moved.abs().mean())


def test_pixels_stay_between_black_and_white_and_the_original_stays_as_it_was(digits):
    images = digits.train.images[:100].float() / 255
    original = images.clone()
    bent = warp(images, 3.0, chance())
    assert bent.min() == 0 and bent.max() == 1 and bent.shape == images.shape
    assert torch.equal(images, original)
    assert not torch.equal(bent, images)


def test_what_comes_from_outside_is_black():
    white = torch.ones(50, 1, 28, 28)
    bent = warp(white, 2.0, chance())
    assert (bent[..., 10:18, 10:18] > 0.999).all()
    assert (bent[:, :, 0] < 0.5).any() and (bent[..., -1] < 0.5).any()


def test_the_generator_alone_decides():
    images = torch.rand(2, 1, 28, 28)
    assert torch.equal(warp(images, 1.0, chance(1)), warp(images, 1.0, chance(1)))
    assert not torch.equal(warp(images, 1.0, chance(1)), warp(images, 1.0, chance(2)))
