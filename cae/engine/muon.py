"""Muon: steps that change every direction of a kernel by the same amount, for convolutions; Adam for all else."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from cae.engine.adam import Adam

__all__ = ["Muon", "orthogonal"]

MOMENTUM = 0.95
ITERATIONS = 5
# Of the polynomial a·x + b·x³ + c·x⁵: applied five times, it takes every x from 0.005 to 1 to between 0.68 and 1.21.
COEFFICIENTS = 3.4445, -4.7750, 2.0315


class Muon(Adam):
    """Muon for the kernels of the convolutions that a batch norm follows, Adam for all other parameters.

    A few directions make up most of a kernel's gradient, as a matrix (outputs, inputs · taps). Muon averages the
    gradient over the steps and replaces its singular values by 1, so that rare directions are learnt as fast as common
    ones: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024. The batch norm takes out the
    kernel's scale, so the kernel is kept at a norm of √outputs, and ``lr`` is about the length of a step as a share of
    it.
    """

    def __init__(self, network: nn.Module, lr: float | Tensor, **adam: Any) -> None:
        self.kernels = [
            (module.weight, isinstance(module, nn.ConvTranspose2d))
            for module in network.modules()
            if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)) and module.bias is None
        ]
        own = {id(kernel) for kernel, _ in self.kernels}
        super().__init__([one for one in network.parameters() if id(one) not in own], lr, **adam)
        for kernel, _ in self.kernels:
            self.state[kernel]["momentum"] = torch.zeros_like(kernel)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters."""
        super().zero_grad(set_to_none)
        for kernel, _ in self.kernels:
            kernel.grad = None

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """Take one step against the gradients."""
        super().step()
        rate = self.param_groups[0]["lr"]
        for kernel, transposed in self.kernels:
            assert kernel.grad is not None
            momentum = self.state[kernel]["momentum"].lerp_(kernel.grad, 1 - MOMENTUM)
            ahead = kernel.grad.lerp(momentum, MOMENTUM)  # Nesterov's
            ahead = ahead.transpose(0, 1) if transposed else ahead
            direction = orthogonal(ahead.flatten(1)).view(ahead.shape)
            outputs, inputs = len(ahead), ahead[0].numel()
            kernel.mul_(outputs**0.5 / kernel.norm())
            step = direction * (rate * max(1.0, outputs / inputs) ** 0.5)
            kernel.sub_(step.transpose(0, 1) if transposed else step)


def orthogonal(matrix: Tensor) -> Tensor:
    """The matrix (rows, columns) with singular values near 1: 0.68 to 1.21, if they were at least 0.005 of its norm.

    A Newton-Schulz iteration, as in Jordan et al., 2024: matrix products only.
    """
    wide = matrix if len(matrix) <= matrix.shape[1] else matrix.T
    wide = wide / (wide.norm() + 1e-7)
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        square = wide @ wide.T
        wide = torch.addmm(wide, torch.addmm(square, square, square, beta=b, alpha=c), wide, beta=a)
    return wide if len(matrix) <= matrix.shape[1] else wide.T
