"""Mixtures of Gaussians, and the Fréchet distance, beside independent implementations."""

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from scipy.stats import multivariate_normal

from cae.analysis.density import Density, Mixture, frechet_distance


def normal(count, size, seed=0):
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def clusters():
    """Three clusters of known weights, means and spreads: 600, 300 and 100 points."""
    parts = [normal(600, 2) * 0.5, normal(300, 2, 1) * torch.tensor([0.2, 1.0]) + 6, normal(100, 2, 2) * 0.1 - 5]
    return torch.cat(parts)


def test_one_component_is_the_gaussian_of_mean_and_covariance():
    cloud = normal(400, 3) @ normal(3, 3, 1) + 2
    mixture = Mixture.fit(cloud, 1)
    assert torch.allclose(mixture.means[0], cloud.mean(0), atol=1e-4)
    assert torch.allclose(
        mixture.factors[0] @ mixture.factors[0].T, torch.cov(cloud.T, correction=0), rtol=1e-3, atol=1e-3
    )


def test_clusters_are_found(clusters):
    mixture = Mixture.fit(clusters, 3, seed=3)
    order = mixture.weights.argsort(descending=True)
    assert torch.allclose(mixture.weights[order], torch.tensor([0.6, 0.3, 0.1]), atol=0.01)
    assert torch.allclose(mixture.means[order], torch.tensor([[0.0, 0], [6, 6], [-5, -5]]), atol=0.2)
    assert torch.allclose(mixture.factors[order[1]].diagonal(), torch.tensor([0.2, 1.0]), atol=0.1)


def test_the_density_is_the_sum_of_the_gaussians(clusters):
    mixture = Mixture.fit(clusters, 3, seed=3)
    parts = [
        float(weight) * multivariate_normal(mean.numpy(), (factor @ factor.T).numpy()).pdf(clusters.numpy())
        for weight, mean, factor in zip(mixture.weights, mixture.means, mixture.factors, strict=True)
    ]
    assert np.allclose(mixture.log_density(clusters), np.log(np.sum(parts, 0)), atol=1e-3)


def test_more_components_fit_clusters_better(clusters):
    fits = [float(Mixture.fit(clusters, count, seed=3).log_density(clusters).mean()) for count in (1, 2, 3)]
    assert fits[0] < fits[1] < fits[2]


def test_samples_have_the_clusters_and_repeat_with_their_seed(clusters):
    mixture = Mixture.fit(clusters, 3, seed=3)
    samples = mixture.sample(5000, seed=1)
    assert torch.equal(samples, mixture.sample(5000, seed=1))
    assert not torch.equal(samples, mixture.sample(5000, seed=2))
    near = torch.cdist(samples, mixture.means).argmin(1).bincount(minlength=3) / 5000
    assert torch.allclose(near, mixture.weights, atol=0.03)
    assert torch.allclose(torch.cov(samples.T), torch.cov(clusters.T), rtol=0.1, atol=0.5)


@pytest.mark.parametrize(
    "codes", [torch.zeros(20, 3), torch.ones(20, 1).cumsum(0).expand(20, 4)], ids=["one place", "a line"]
)
def test_codes_without_spread_have_a_mixture_too(codes):
    mixture = Mixture.fit(codes, 2)
    assert mixture.log_density(codes).isfinite().all()
    assert mixture.sample(5, 0).isfinite().all()


@pytest.mark.parametrize("count", [0, 21])
def test_more_components_than_codes_are_refused(count):
    with pytest.raises(ValueError, match="it must be 1 to 20, the number of codes"):
        Mixture.fit(normal(20, 2), count)


def test_the_frechet_distance_is_that_of_the_formula():
    one, other = normal(300, 5) @ normal(5, 5, 1), normal(200, 5, 2) @ normal(5, 5, 3) + 1
    first, second = np.cov(one.T.numpy()), np.cov(other.T.numpy())
    root = sqrtm(first @ second).real
    expected = ((one.mean(0) - other.mean(0)) ** 2).sum() + np.trace(first + second - 2 * root)
    assert frechet_distance(one, other) == pytest.approx(float(expected), rel=1e-4)
    assert frechet_distance(other, one) == pytest.approx(float(expected), rel=1e-4)
    assert frechet_distance(one, one) == pytest.approx(0, abs=1e-6)
    assert frechet_distance(one, one + 2) == pytest.approx(20, rel=1e-4)


def test_a_density_of_many_numbers_keeps_mean_and_leading_directions():
    codes = normal(800, 80) * torch.linspace(5, 0.01, 80) + 1
    samples = Density.fit(codes, 2).sample(4000, seed=0)
    assert samples.shape == (4000, 80)
    assert torch.allclose(samples.mean(0), codes.mean(0), atol=0.3)
    assert torch.allclose(samples.std(0)[:10], codes.std(0)[:10], rtol=0.1)
    few = Density.fit(codes[:, :3], 1)
    assert torch.allclose(torch.cov(few.sample(9000, 0).T), torch.cov(codes[:, :3].T), rtol=0.1, atol=0.7)
