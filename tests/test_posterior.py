"""The Gaussian of codes: its KL divergence is PyTorch's, and its samples have its mean and variance."""

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from cae.posterior import Posterior


def posterior(count=6, numbers=5, seed=0):
    chance = torch.Generator().manual_seed(seed)
    return Posterior(*(torch.randn(2, count, numbers, generator=chance) * torch.tensor([2.0, 3.0])[:, None, None]))


def test_the_kl_divergence_is_that_of_torch_distributions():
    given = posterior()
    theirs = kl_divergence(Normal(given.mean, (given.log_variance / 2).exp()), Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(given.kl(), theirs, rtol=1e-4, atol=1e-4)
    assert given.kl().shape == (6,)


def test_a_standard_gaussian_has_no_divergence_and_all_others_have_some():
    assert Posterior(torch.zeros(2, 3), torch.zeros(2, 3)).kl().tolist() == [0, 0]
    for mean, log_variance in ((0.5, 0.0), (0.0, 1.0), (0.0, -1.0)):
        assert Posterior(torch.full((1, 1), mean), torch.full((1, 1), log_variance)).kl() > 0


def test_samples_have_the_mean_and_the_variance():
    given = Posterior(torch.tensor([[1.0, -2.0]]).expand(20_000, 2), torch.tensor([[0.0, -2.0]]).expand(20_000, 2))
    drawn = given.sample(torch.Generator().manual_seed(1))
    torch.testing.assert_close(drawn.mean(0), given.mean[0], rtol=0, atol=0.03)
    torch.testing.assert_close(drawn.var(0).log(), given.log_variance[0], rtol=0, atol=0.05)


def test_gradients_pass_through_a_sample_to_mean_and_variance():
    given = posterior()
    mean, log_variance = given.mean.requires_grad_(), given.log_variance.requires_grad_()
    Posterior(mean, log_variance).sample(torch.Generator().manual_seed(0)).square().sum().backward()
    assert mean.grad.abs().min() > 0 and log_variance.grad.abs().min() > 0


@pytest.mark.parametrize("seed", [0, 1])
def test_a_seed_gives_the_same_sample(seed):
    first, second = (posterior().sample(torch.Generator().manual_seed(seed)) for _ in range(2))
    assert torch.equal(first, second)
