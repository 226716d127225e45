"""What a variational encoder gives for each picture in place of one code: a Gaussian of codes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["Posterior"]


@dataclass(frozen=True, eq=False)
class Posterior:
    """Independent Gaussians, one for each number of the code: q(z|x) of Kingma and Welling, "Auto-Encoding Variational
    Bayes", 2014. Their prior p(z) is N(0, 1).

    Attributes:
        mean: (B, D), float32. In use it is the code.
        log_variance: (B, D), float32: the logarithm of σ².
    """

    mean: Tensor
    log_variance: Tensor

    def sample(self, chance: torch.Generator) -> Tensor:
        """A code (B, D) of each picture by chance. Gradients pass to mean and variance ("reparameterisation")."""
        noise = torch.randn(self.mean.shape, generator=chance, device=self.mean.device)
        return self.mean + (self.log_variance / 2).exp() * noise

    def kl(self) -> Tensor:
        """KL(q(z|x) ‖ p(z)) of each picture in nats, (B,): ½ Σ (μ² + σ² − 1 − ln σ²). 0 if the code says nothing."""
        return (self.mean.square() + self.log_variance.exp() - 1 - self.log_variance).sum(1) / 2
