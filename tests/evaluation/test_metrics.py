"""The metrics equal those of scikit-image."""

import math

import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from cae.evaluation.metrics import mse, per_image, psnr, rmse, ssim


@pytest.fixture(scope="module")
def pairs():
    """Digits, and the same digits damaged more and more; the last is another digit altogether."""
    from cae.data.synthetic import digits

    originals = digits(12, seed=3)[0].float() / 255
    chance = torch.Generator().manual_seed(0)
    deviations = torch.linspace(0.01, 0.6, 12).view(-1, 1, 1, 1)
    damaged = (originals + deviations * torch.randn(originals.shape, generator=chance)).clamp(0, 1)
    damaged[-1] = originals[0]
    return originals, damaged


def judged(judge, originals, others, **how):
    pairs = zip(originals.numpy()[:, 0], others.numpy()[:, 0], strict=True)
    return [judge(one, other, data_range=1, **how) for one, other in pairs]


def test_ssim_is_scikit_images(pairs):
    expected = judged(structural_similarity, *pairs, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
    assert ssim(*pairs).tolist() == pytest.approx(expected, abs=1e-4)


def test_psnr_is_scikit_images(pairs):
    assert psnr(*pairs).tolist() == pytest.approx(judged(peak_signal_noise_ratio, *pairs), abs=1e-4)


def test_mse_and_rmse_are_what_their_names_say(pairs):
    expected = [float(((one - other) ** 2).mean()) for one, other in zip(*pairs, strict=True)]
    assert mse(*pairs).tolist() == pytest.approx(expected, rel=1e-5)
    assert rmse(*pairs).tolist() == pytest.approx([value**0.5 for value in expected], rel=1e-5)


def test_identical_images_are_perfect(pairs):
    same = per_image(pairs[0], pairs[0].clone())
    assert same.mse.tolist() == [0.0] * 12
    assert same.psnr.tolist() == [math.inf] * 12
    assert same.ssim.tolist() == pytest.approx([1.0] * 12, abs=1e-5)


def test_every_metric_at_once_equals_each_alone(pairs):
    at_once = per_image(*pairs)
    for alone in (mse, rmse, psnr, ssim):
        assert torch.allclose(getattr(at_once, alone.__name__), alone(*pairs))


def test_a_sets_figures_are_means_over_images_and_rmse_is_the_root_of_the_mean(pairs):
    each, figures = per_image(*pairs), per_image(*pairs).over_set()
    assert figures.mse == pytest.approx(float(((pairs[0] - pairs[1]) ** 2).mean()), rel=1e-5)
    assert figures.rmse == pytest.approx(figures.mse**0.5)
    assert figures.psnr == pytest.approx(float(each.psnr.mean()))
    assert figures.ssim == pytest.approx(float(each.ssim.mean()))


def test_a_picture_smaller_than_the_window_is_refused():
    with pytest.raises(ValueError, match="11×11"):
        ssim(torch.zeros(1, 1, 10, 28), torch.zeros(1, 1, 10, 28))


def test_in_colour_the_metrics_are_means_over_the_channels(pairs):
    originals, others = (torch.cat([images, images.flip(0), 1 - images], dim=1) for images in pairs)
    each = [(originals[:, channel : channel + 1], others[:, channel : channel + 1]) for channel in range(3)]
    for metric in (mse, ssim):
        expected = torch.stack([metric(*pair) for pair in each]).mean(0)
        assert torch.allclose(metric(originals, others), expected, atol=1e-5)
    assert per_image(originals, others).ssim.shape == (12,)
