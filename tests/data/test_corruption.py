"""Noise is as strong as asked for, stays in range, and comes from its own generator."""

import pytest
import torch

from cae.data.corruption import add_noise


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


def test_no_noise_changes_nothing_and_draws_nothing():
    images, generator = torch.rand(3, 1, 28, 28), chance()
    before = generator.get_state()
    assert torch.equal(add_noise(images, 0.0, generator), images)
    assert torch.equal(generator.get_state(), before)


def test_noise_has_the_standard_deviation_asked_for():
    grey = torch.full((100, 1, 28, 28), 0.5)
    noise = add_noise(grey, 0.1, chance()) - grey
    assert float(noise.std()) == pytest.approx(0.1, rel=0.02)
    assert float(noise.mean()) == pytest.approx(0.0, abs=0.002)


def test_pixels_stay_between_black_and_white_and_the_original_stays_as_it_was():
    images = torch.rand(10, 1, 28, 28)
    original = images.clone()
    noisy = add_noise(images, 1.0, chance())
    assert noisy.min() == 0 and noisy.max() == 1
    assert torch.equal(images, original)


def test_the_generator_alone_decides():
    images = torch.rand(2, 1, 28, 28)
    assert torch.equal(add_noise(images, 0.3, chance(1)), add_noise(images, 0.3, chance(1)))
    assert not torch.equal(add_noise(images, 0.3, chance(1)), add_noise(images, 0.3, chance(2)))
