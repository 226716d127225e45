"""PCA is the best linear code."""

import pytest
import torch

from cae.evaluation import pca
from cae.evaluation.pca import PCA


@pytest.fixture(scope="module")
def fitted(digits):
    return PCA.fit(digits.train.images)


def pixels(split):
    return split.images.float() / 255


def error(fitted, images, size):
    return float((fitted.reconstruct(images, size) - images).square().mean())


def test_it_is_the_singular_value_decomposition(digits, fitted):
    images = pixels(digits.train).double().flatten(1)
    mean = images.mean(0)
    _, _, directions = torch.linalg.svd(images - mean, full_matrices=False)
    for size in (1, 8, 32):
        best = directions[:size]
        expected = (images - mean) @ best.T @ best + mean
        mine = fitted.reconstruct(pixels(digits.train), size).flatten(1)
        assert (mine - expected).abs().max() < 1e-3


def test_the_directions_are_orthonormal(fitted):
    assert torch.allclose(fitted.components @ fitted.components.T, torch.eye(784), atol=1e-4)


def test_a_larger_code_is_never_worse_and_the_full_code_is_exact(digits, fitted):
    images = pixels(digits.train)
    errors = [error(fitted, images, size) for size in (0, 1, 2, 4, 8, 16, 32, 64, 128, 784)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 1e-9
    assert errors[0] == pytest.approx(float((images - images.mean(0)).square().mean()), rel=1e-4)


def test_no_random_linear_code_is_better(digits, fitted):
    images = pixels(digits.train)
    chance = torch.Generator().manual_seed(0)
    for _ in range(3):
        directions = torch.linalg.qr(torch.randn(784, 16, generator=chance)).Q.T
        assert error(PCA(fitted.mean, directions), images, 16) > 2 * error(fitted, images, 16)


@pytest.mark.parametrize("size", [-1, 785])
def test_a_code_that_cannot_be_is_refused(digits, fitted, size):
    with pytest.raises(ValueError, match=f"no code of {size} numbers"):
        fitted.reconstruct(pixels(digits.test), size)


@pytest.mark.mnist
def test_on_mnist_the_errors_are_the_known_ones(mnist):
    pca = PCA.fit(mnist.train.images)
    test = pixels(mnist.test)
    for size, known in ((8, 0.0375), (32, 0.0169), (128, 0.0042)):
        assert error(pca, test, size) == pytest.approx(known, rel=0.02)


def test_few_large_pictures_have_the_same_components_as_by_the_covariance(monkeypatch):
    images = torch.randint(256, (60, 3, 20, 20), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    few = PCA.fit(images)
    monkeypatch.setattr(pca, "LARGE", 10_000)
    many = PCA.fit(images)
    assert few.components.shape == (59, 1200) and many.components.shape == (1200, 1200)
    assert torch.allclose(few.components @ few.components.T, torch.eye(59), atol=1e-4)
    others = torch.rand(4, 3, 20, 20, generator=torch.Generator().manual_seed(1))
    for size in (0, 1, 5, 59):
        assert torch.allclose(few.reconstruct(others, size), many.reconstruct(others, size), atol=1e-3)
    assert torch.equal(few.reconstruct(others, 1000), few.reconstruct(others, 59))


def test_pictures_that_are_all_the_same_have_no_component():
    same = torch.full((5, 3, 20, 20), 100, dtype=torch.uint8)
    back = PCA.fit(same).reconstruct(same.float() / 255, 4)
    assert torch.allclose(back, same.float() / 255)
