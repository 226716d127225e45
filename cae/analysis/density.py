"""Densities of codes, samples from them, and a distance between sets of pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from cae.analysis.latent import Directions

__all__ = ["Density", "Mixture", "frechet_distance"]

FLOOR = 1e-6  # added to the variances, as a share of the mean variance: a direction without spread has a density, too
ROUNDS = 40  # of expectation and maximisation, at most
MOST = 64  # directions of a density
ENOUGH = 1e-4  # nats a code: less gain ends the fit


@dataclass(frozen=True, eq=False)
class Mixture:
    """A mixture of K Gaussians with full covariances.

    Attributes:
        weights: (K,), positive, their sum is 1.
        means: (K, D).
        factors: (K, D, D), lower triangular: covariance = factor · factorᵀ.
    """

    weights: Tensor
    means: Tensor
    factors: Tensor

    @classmethod
    def fit(cls, codes: Tensor, components: int, seed: int = 0) -> Mixture:
        """Fit codes (N, D) by expectation-maximisation (Dempster, Laird & Rubin, 1977), from k-means++ seeds.

        One component is the Gaussian of the codes' mean and covariance. Raises ``ValueError`` for fewer codes than
        components, or none of these.
        """
        if not 1 <= components <= len(codes):
            raise ValueError(f"components is {components}; it must be 1 to {len(codes):,}, the number of codes.")
        points = codes.double()
        places = _seeds(points, components, torch.Generator().manual_seed(seed))
        shares = torch.nn.functional.one_hot(torch.cdist(points, places).argmin(1), components).double()
        before = -math.inf
        for _ in range(ROUNDS):
            mixture = cls._maximised(points, shares)
            joint = mixture._joint(points)
            shares = joint.softmax(1)
            now = float(joint.logsumexp(1).mean())
            if now - before < ENOUGH:
                break
            before = now
        return cls(mixture.weights.float(), mixture.means.float(), mixture.factors.float())

    @classmethod
    def _maximised(cls, points: Tensor, shares: Tensor) -> Mixture:
        """The likeliest mixture where each point (N, D) belongs to the components by ``shares`` (N, K)."""
        counts = shares.sum(0).clamp(min=1e-9)
        means = shares.T @ points / counts[:, None]
        floor = (FLOOR * float(points.var(0).mean()) + 1e-12) * torch.eye(points.shape[1], dtype=points.dtype)
        covariances = []
        for mean, share, count in zip(means, shares.T, counts, strict=True):
            centred = points - mean
            covariances.append((centred * share[:, None]).T @ centred / count + floor)
        return cls(counts / counts.sum(), means, torch.linalg.cholesky(torch.stack(covariances)))

    def _joint(self, points: Tensor) -> Tensor:
        """log(weight · density) of each component at points (N, D): (N, K)."""
        columns = []
        for weight, mean, factor in zip(self.weights, self.means, self.factors, strict=True):
            whitened = torch.linalg.solve_triangular(factor, (points - mean).T, upper=False)
            size = len(mean) * math.log(2 * math.pi) / 2 + factor.diagonal().log().sum()
            columns.append(weight.log() - size - whitened.square().sum(0) / 2)
        return torch.stack(columns, 1)

    def log_density(self, codes: Tensor) -> Tensor:
        """The logarithm of the density at codes (N, D): (N,), in nats."""
        return self._joint(codes).logsumexp(1)

    def sample(self, count: int, seed: int) -> Tensor:
        """``count`` codes (count, D) from the mixture."""
        chance = torch.Generator().manual_seed(seed)
        component = torch.multinomial(self.weights, count, replacement=True, generator=chance)
        noise = torch.randn(count, self.means.shape[1], 1, generator=chance)
        return self.means[component] + (self.factors[component] @ noise).squeeze(2)


def _seeds(points: Tensor, count: int, chance: torch.Generator) -> Tensor:
    """k-means++ (Arthur & Vassilvitskii, 2007): far from each other, by chance. (count, D)."""
    chosen = [points[int(torch.randint(len(points), (), generator=chance))]]
    nearest = torch.full((len(points),), torch.inf, dtype=points.dtype)
    while len(chosen) < count:
        nearest = nearest.minimum((points - chosen[-1]).square().sum(1))
        odds = nearest if bool(nearest.sum() > 0) else torch.ones_like(nearest)
        chosen.append(points[int(torch.multinomial(odds, 1, generator=chance))])
    return torch.stack(chosen)


@dataclass(frozen=True, eq=False)
class Density:
    """A mixture of Gaussians over codes of any size: in their leading directions only, where they are many."""

    directions: Directions
    mixture: Mixture

    @classmethod
    def fit(cls, codes: Tensor, components: int, seed: int = 0) -> Density:
        """Fit codes (N, D); ``Mixture.fit`` says how."""
        directions = Directions.of(codes, min(codes.shape[1], MOST))
        return cls(directions, Mixture.fit(directions.project(codes), components, seed))

    def sample(self, count: int, seed: int) -> Tensor:
        """``count`` codes (count, D)."""
        return self.directions.place(self.mixture.sample(count, seed))


def frechet_distance(one: Tensor, other: Tensor) -> float:
    """The Fréchet distance, squared, of the Gaussians that fit two sets of features, (N, D) and (M, D).

    ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2·(Σ₁·Σ₂)^½) (Dowson & Landau, 1982); 0 for equal Gaussians. With the features of an
    Inception network it is the FID (Heusel et al., 2017); other features give other figures.
    """
    one, other = one.double(), other.double()
    first, second = torch.cov(one.T), torch.cov(other.T)
    values, vectors = torch.linalg.eigh(first)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ second @ root).clamp(min=0).sqrt().sum()
    distance = (one.mean(0) - other.mean(0)).square().sum() + first.trace() + second.trace() - 2 * cross
    return max(0.0, float(distance))
