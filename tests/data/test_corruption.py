"""Each kind of damage is as strong as asked for, stays in range, and comes from its own generator."""

import numpy as np
import pytest
import torch

from cae.config import KINDS, TrainConfig
from cae.config.settings import settings
from cae.data.corruption import corrupt

ALL = (*KINDS, "mixed")


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def images(digits):
    return digits.test.images[:40].float() / 255


def test_every_kind_of_the_config_is_tried_here():
    domain = next(about.domain for field, about in settings(TrainConfig) if field.name == "corruption")
    assert set(ALL) | {"none"} == set(domain.options)


def test_no_corruption_changes_nothing_and_draws_nothing(images):
    generator = chance()
    before = generator.get_state()
    assert torch.equal(corrupt(images, "none", 0.4, generator), images)
    assert torch.equal(generator.get_state(), before)


@pytest.mark.parametrize("kind", ALL)
def test_a_strength_of_nothing_damages_nothing(images, kind):
    torch.testing.assert_close(corrupt(images, kind, 0.0, chance()), images)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("strength", [0.01, 0.3, 0.999, 1.0])
def test_pixels_stay_between_black_and_white_and_the_original_stays_as_it_was(images, kind, strength):
    original = images.clone()
    damaged = corrupt(images, kind, strength, chance())
    assert damaged.shape == images.shape and damaged.dtype == images.dtype
    assert damaged.min() >= 0 and damaged.max() <= 1
    assert torch.equal(images, original)
    assert strength < 0.1 or not torch.equal(damaged, images)


@pytest.mark.parametrize("kind", ALL)
def test_the_generator_alone_decides(images, kind):
    once, again, other = (corrupt(images, kind, 0.3, chance(seed)) for seed in (1, 1, 2))
    assert torch.equal(once, again)
    assert torch.equal(once, other) == (kind in ("blur", "low-resolution"))


@pytest.mark.parametrize("kind", KINDS)
def test_each_picture_may_have_a_strength_of_its_own(images, kind):
    strengths = torch.tensor([0.0, 0.2, 0.7]).view(3, 1, 1, 1)
    several = corrupt(images[:3], kind, strengths, chance())
    for place, strength in enumerate((0.0, 0.2, 0.7)):
        torch.testing.assert_close(several[place], corrupt(images[:3], kind, strength, chance())[place])


def test_noise_is_what_it_was_before_it_had_kinds(images):
    """A run that was ordered with ``noise`` is repeated to the last bit."""
    noise = torch.randn(images.shape, generator=chance(5))
    assert torch.equal(corrupt(images, "gaussian", 0.3, chance(5)), (images + 0.3 * noise).clamp(0, 1))


def test_noise_has_the_standard_deviation_asked_for():
    grey = torch.full((100, 1, 28, 28), 0.5)
    noise = corrupt(grey, "gaussian", 0.1, chance()) - grey
    assert float(noise.std()) == pytest.approx(0.1, rel=0.02)
    assert float(noise.mean()) == pytest.approx(0.0, abs=0.002)


def test_salt_and_pepper_are_as_many_as_asked_for_and_as_many_of_each():
    damaged = corrupt(torch.full((200, 1, 28, 28), 0.5), "salt-and-pepper", 0.3, chance())
    assert float((damaged == 0).float().mean()) == pytest.approx(0.15, abs=0.005)
    assert float((damaged == 1).float().mean()) == pytest.approx(0.15, abs=0.005)


@pytest.mark.parametrize("strength", [0.1, 0.5, 0.9])
def test_a_rectangle_has_its_share_of_the_area_and_is_one_piece(strength):
    black = corrupt(torch.ones(200, 1, 28, 28), "rectangle", strength, chance())[:, 0] == 0
    assert float(black.float().mean()) == pytest.approx(strength, abs=0.02)
    rows, columns = black.any(2), black.any(1)
    assert torch.equal(black, rows[:, :, None] & columns[:, None, :])
    for ends in (rows, columns):  # without a gap
        assert int((ends.int().diff(dim=1) == 1).sum(1).max()) <= 1


def test_rows_are_black_from_side_to_side_and_as_many_as_asked_for():
    black = corrupt(torch.ones(50, 1, 28, 28), "rows", 0.25, chance())[:, 0] == 0
    assert torch.equal(black.any(2), black.all(2))
    assert (black.all(2).sum(1) == 7).all()


def test_a_blur_is_the_gaussian_of_an_independent_library(images):
    from skimage.filters import gaussian

    ours = corrupt(images, "blur", 0.3, chance())[:, 0]
    theirs = [gaussian(image.numpy(), 1.2, mode="constant", truncate=10) for image in images[:, 0]]
    inner = slice(5, -5)  # at the edges, ours weighs only the pixels that exist
    torch.testing.assert_close(
        ours[:, inner, inner], torch.tensor(np.stack(theirs))[:, inner, inner].float(), atol=1e-3, rtol=0
    )


def test_low_resolution_is_the_mean_of_the_pixels_that_a_larger_one_covers(images):
    halved = torch.nn.functional.avg_pool2d(images, 2).repeat_interleave(2, 2).repeat_interleave(2, 3)
    torch.testing.assert_close(corrupt(images, "low-resolution", 0.5, chance()), halved)
    one = corrupt(images, "low-resolution", 1.0, chance())
    torch.testing.assert_close(one, images.mean((2, 3), keepdim=True).expand_as(images))


def test_in_a_mixture_every_kind_is_met_and_the_strength_differs():
    several = corrupt(torch.full((600, 1, 28, 28), 0.5), "mixed", 1.0, chance())[:, 0]
    plain = (several - 0.5).abs().flatten(1).amax(1) < 1e-5
    assert 0.2 < float(plain.float().mean()) < 0.45  # blur and low resolution leave plain grey as it is
    assert len((several == 0).float().mean((1, 2)).unique()) > 100


@pytest.mark.parametrize("kind", ALL)
def test_pictures_in_colour_and_of_other_sides_are_damaged_too(kind):
    images = torch.rand(6, 3, 33, 33, generator=chance(5))
    damaged = corrupt(images, kind, 0.5, chance())
    assert damaged.shape == images.shape and damaged.min() >= 0 and damaged.max() <= 1
    if kind in ("salt-and-pepper", "rectangle", "rows"):
        hit = damaged != images
        assert 0.3 < float(hit.float().mean()) < 0.7
        assert torch.equal(hit.any(1), hit.all(1))  # a pixel with all of its channels
