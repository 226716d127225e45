"""Adam, as it is in PyTorch, without PyTorch's compiler."""

from __future__ import annotations

from inspect import unwrap

import torch

__all__ = ["Adam"]


class Adam(torch.optim.Adam):
    """``torch.optim.Adam`` that is ready sooner. Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015.

    PyTorch wraps these methods so that its compiler leaves them alone, and the wrappers import the compiler, which
    takes almost as long as to import torch. Nothing here is compiled, so the wrappers are taken off.
    """

    add_param_group = unwrap(torch.optim.Adam.add_param_group)
    zero_grad = unwrap(torch.optim.Adam.zero_grad)
    step = torch.no_grad()(unwrap(torch.optim.Adam.step))
