"""An evaluation measures every image once, whatever the size of its parts."""

from dataclasses import asdict, replace

import pytest
import torch

from cae.config import ModelConfig, TrainConfig
from cae.device import Compute
from cae.evaluation.measurement import evaluate, negative_elbo, pca_at, report
from cae.evaluation.metrics import per_image
from cae.evaluation.pca import PCA
from cae.runs.checkpoint import build


def half(images):
    return images / 2


@pytest.fixture(scope="module")
def images():
    from cae.data.synthetic import digits

    return digits(1203, seed=4)[0]


def test_every_image_is_measured_once_and_in_order(images):
    whole = images.float() / 255
    expected = per_image(whole, half(whole))
    result = evaluate(half, images)
    for name in ("mse", "psnr", "ssim", "rmse"):
        assert torch.allclose(getattr(result.per_image, name), getattr(expected, name), atol=1e-6), name
    assert result.figures.mse == pytest.approx(expected.over_set().mse)
    assert torch.equal(result.reconstructions, half(whole).mul(255).round().byte())


def test_progress_only_grows_and_ends_at_one(images):
    told = []
    evaluate(half, images, told.append)
    assert told == sorted(told) and told[-1] == 1.0 and len(told) == 3


def test_smaller_parts_take_less_memory_and_find_the_same(images):
    sizes = []

    def watched(part):
        sizes.append(len(part))
        return half(part)

    there = evaluate(watched, images, part=100)
    assert sum(sizes) == 1203 and max(sizes) == 100
    assert asdict(there.figures) == pytest.approx(asdict(evaluate(half, images).figures))


def test_stored_pictures_are_clipped_but_the_figures_are_not(images):
    bright = evaluate(lambda originals: originals + 1, images[:10])
    assert bright.reconstructions.min() == 255
    assert bright.figures.mse == pytest.approx(1.0)


def test_a_trained_network_is_measured_as_its_own_run_says(run_of, digits):
    config = TrainConfig(ModelConfig((4,)), dataset="synthetic", batch_size=100)
    run = run_of(config, digits)
    measured = evaluate(build(run), digits.validation.images).figures.mse
    assert measured == pytest.approx(run.history.epochs[-1][1], rel=1e-4)


def test_the_parts_of_the_negative_elbo_are_those_of_its_definition(run_of, digits):
    config = TrainConfig(ModelConfig((4,), 3, "transpose", beta=1.0), dataset="synthetic", batch_size=200)
    run, images = run_of(config, digits), digits.test.images
    told = negative_elbo(run, images, Compute(torch.device("cpu")), seed=5)
    posterior, _ = build(run).posterior(images.float() / 255)
    code = posterior.sample(torch.Generator().manual_seed(5))
    error = (build(run).decode(code) - images.float() / 255).square().flatten(1).sum(1).mean()
    assert told == pytest.approx({"reconstruction": float(error), "kl": float(posterior.kl().mean())}, rel=1e-4)
    assert negative_elbo(replace(run, config=TrainConfig()), images, Compute(torch.device("cpu"))) == {}


def test_pca_is_measured_as_a_network_is(digits):
    pca = PCA.fit(digits.train.images)
    small, large = (evaluate(pca_at(pca, size), digits.test.images).figures for size in (2, 32))
    assert large.mse < small.mse and large.psnr > small.psnr and large.ssim > small.ssim


def test_a_report_is_flat_and_says_where_there_is_no_pca(images):
    figures = evaluate(half, images[:10]).figures
    beside = report(figures, figures)
    assert beside["pca_mse"] == beside["mse"] == figures.mse
    alone = report(figures, None)
    assert (
        alone.keys()
        == beside.keys()
        == {f"{pca}{name}" for pca in ("", "pca_") for name in ("mse", "rmse", "psnr", "ssim")}
    )
    assert alone["mse"] == figures.mse and alone["pca_ssim"] is None
