"""Fused operations on the C kernels: everything around a convolution in few passes over its maps.

Batch norm, ReLU and max-pooling read the convolution's maps once. The maps of the first convolution, the largest ones,
never leave the cache: they are recomputed from the picture when they are needed. An unpooled map, three quarters of
which are zero, is never stored: its values are added to the output of the transposed convolution directly.
Results equal those of the ordinary operations up to rounding; the switches are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from cae.engine.kernels import Kernels, Norm, Pooled
from cae.model import convolve_and_pool, normalise, unpool_and_convolve

__all__ = ["fused"]

Gradients = tuple[Tensor | None, ...]


def fused(kernels: Kernels) -> dict[Any, Callable[..., Any]]:
    """The form of each operation. A form returns ``NotImplemented`` for arguments that it does not support."""
    forms = _Forms(kernels)
    return {
        convolve_and_pool: forms.convolve_and_pool,
        normalise: forms.normalise,
        unpool_and_convolve: forms.unpool_and_convolve,
    }


@dataclass(frozen=True)
class _Forms:
    kernels: Kernels

    def convolve_and_pool(
        self, maps: Tensor, convolution: nn.Conv2d, norm: nn.BatchNorm2d, activation: nn.Module
    ) -> Any:
        if not _rectifies(maps, activation):
            return NotImplemented
        if maps.shape[1] > 1 or maps.requires_grad:
            return _Pool.apply(*self._normed(convolution(maps), norm))
        pictures, kernel = _last(maps), convolution.weight.permute(2, 3, 1, 0).flatten(2).contiguous()
        statistics = _statistics(norm, lambda: self.kernels.picture_statistics(pictures, kernel.detach(), norm))
        how = *statistics, norm.training, self.kernels
        return _ConvolveAndPoolPicture.apply(pictures, kernel, norm.weight, norm.bias, *how)

    def normalise(self, maps: Tensor, norm: nn.Module, activation: nn.Module) -> Any:
        activated = ACTIVATED.get(type(activation))
        if activated is None or maps.dtype != torch.float32 or not isinstance(norm, nn.BatchNorm2d):
            return NotImplemented
        return activated.apply(*self._normed(maps, norm))

    def unpool_and_convolve(self, maps: Tensor, places: Tensor, convolution: nn.ConvTranspose2d, side: int) -> Any:
        outputs, weight, bias = convolution.out_channels, convolution.weight, convolution.bias
        if maps.dtype != torch.float32 or (outputs != 1 and outputs % 8):
            return NotImplemented
        weight = weight.squeeze(1) if outputs == 1 else weight.permute(2, 0, 3, 1)
        bias = weight.new_zeros(outputs) if bias is None else bias
        return _UnpoolAndConvolve.apply(maps, places, weight.contiguous(), bias, side, self.kernels)

    def _normed(self, maps: Tensor, norm: nn.BatchNorm2d) -> tuple[Any, ...]:
        """The arguments of the functions of normed maps."""
        statistics = _statistics(norm, lambda: self.kernels.statistics(_last(maps.detach()), norm))
        return maps, norm.weight, norm.bias, *statistics, norm.training, self.kernels


def _rectifies(maps: Tensor, activation: nn.Module) -> bool:
    return isinstance(activation, nn.ReLU) and maps.dtype == torch.float32


def _statistics(norm: nn.BatchNorm2d, of_batch: Callable[[], tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """Mean and inverse standard deviation: of the batch in training, the running ones otherwise."""
    if norm.training:
        return of_batch()
    assert norm.running_mean is not None and norm.running_var is not None
    return norm.running_mean, (norm.running_var + norm.eps).rsqrt()


class _Pool(torch.autograd.Function):
    """Batch norm → ReLU → max-pool: (B, C, S, S) → (B, C, S // 2, S // 2), and its places."""

    @staticmethod
    def forward(
        ctx: Any, maps: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, inverse: Tensor, *how: Any
    ) -> tuple[Tensor, Tensor]:
        ctx.batch, ctx.kernels = how
        maps, norm = _last(maps), Norm(mean, inverse, weight, bias)
        pooled = ctx.kernels.pool(maps, norm)
        ctx.save_for_backward(*pooled, *norm, maps)
        return _kept(ctx, pooled)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Gradients:
        saved = ctx.saved_tensors
        pooled, norm, (maps,) = Pooled(*saved[:4]), Norm(*saved[4:8]), saved[8:]
        back, weight, bias = ctx.kernels.pool_gradient(_last(gradients[0]), pooled, maps, norm, ctx.batch)
        return _first(back), weight, bias, None, None, None, None


class _ConvolveAndPoolPicture(torch.autograd.Function):
    """Convolution with (3, 3, C) → batch norm → ReLU → max-pool: pictures (B, S, S, 1) → (B, C, S // 2, S // 2)."""

    @staticmethod
    def forward(
        ctx: Any,
        pictures: Tensor,
        kernel: Tensor,
        weight: Tensor,
        bias: Tensor,
        mean: Tensor,
        inverse: Tensor,
        *how: Any,
    ) -> tuple[Tensor, Tensor]:
        ctx.batch, ctx.kernels = how
        norm = Norm(mean, inverse, weight, bias)
        pooled = ctx.kernels.picture_pool(pictures, kernel, norm)
        ctx.save_for_backward(*pooled, *norm, pictures, kernel)
        return _kept(ctx, pooled)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Gradients:
        saved = ctx.saved_tensors
        pooled, norm, what = Pooled(*saved[:4]), Norm(*saved[4:8]), saved[8:]
        changes = ctx.kernels.picture_gradient(_last(gradients[0]), pooled, *what, norm, ctx.batch)
        return None, *changes, None, None, None, None


class _Rectify(torch.autograd.Function):
    """Batch norm → ReLU: (B, C, S, S) → the same shape."""

    @staticmethod
    def forward(
        ctx: Any, maps: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, inverse: Tensor, *how: Any
    ) -> Tensor:
        ctx.batch, ctx.kernels = how
        maps, norm = _last(maps), Norm(mean, inverse, weight, bias)
        rectified: Tensor = ctx.kernels.rectify(maps, norm)
        ctx.save_for_backward(rectified, maps, *norm)
        return _first(rectified)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Gradients:
        rectified, maps, *norm = ctx.saved_tensors
        back, weight, bias = ctx.kernels.rectify_gradient(_last(gradients[0]), rectified, maps, Norm(*norm), ctx.batch)
        return _first(back), weight, bias, None, None, None, None


class _Silu(torch.autograd.Function):
    """Batch norm → SiLU: (B, C, S, S) → the same shape."""

    @staticmethod
    def forward(
        ctx: Any, maps: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, inverse: Tensor, *how: Any
    ) -> Tensor:
        ctx.batch, ctx.kernels = how
        maps, norm = _last(maps), Norm(mean, inverse, weight, bias)
        ctx.save_for_backward(maps, *norm)
        return _first(ctx.kernels.silu(maps, norm))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Gradients:
        maps, *norm = ctx.saved_tensors
        back, weight, bias = ctx.kernels.silu_gradient(_last(gradients[0]), maps, Norm(*norm), ctx.batch)
        return _first(back), weight, bias, None, None, None, None


ACTIVATED: dict[type[nn.Module], type[torch.autograd.Function]] = {nn.ReLU: _Rectify, nn.SiLU: _Silu}


class _UnpoolAndConvolve(torch.autograd.Function):
    """Max-unpool → transposed convolution, its weight as the kernel wants it: (B, C, S // 2, S // 2) → (B, O, S, S)."""

    @staticmethod
    def forward(
        ctx: Any, maps: Tensor, places: Tensor, weight: Tensor, bias: Tensor, side: int, kernels: Kernels
    ) -> Tensor:
        maps, places = _last(maps), _last(places)
        ctx.save_for_backward(maps, places, weight)
        ctx.kernels = kernels
        convolve = kernels.unpooled_picture if len(bias) == 1 else kernels.unpooled_convolution
        return _first(convolve(maps, places, weight, bias, side))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Gradients:
        (gradient,), kernels = gradients, ctx.kernels
        to_picture = gradient.shape[1] == 1
        both = kernels.unpooled_picture_gradient if to_picture else kernels.unpooled_convolution_gradient
        back, change = both(_last(gradient), *ctx.saved_tensors)
        bias = gradient.sum((0, 2, 3)) if ctx.needs_input_grad[3] else None
        return _first(back), None, change, bias, None, None


def _kept(ctx: Any, pooled: Pooled) -> tuple[Tensor, Tensor]:
    """The output of a stage; the places have no gradient."""
    values, places = _first(pooled.values), _first(pooled.places)
    ctx.set_materialize_grads(False)
    ctx.mark_non_differentiable(places)
    return values, places


def _last(maps: Tensor) -> Tensor:
    """(B, C, H, W) → (B, H, W, C), contiguous: a view where the channels lie last already."""
    return maps.permute(0, 2, 3, 1).contiguous()


def _first(maps: Tensor) -> Tensor:
    """(B, H, W, C) → (B, C, H, W), a view."""
    return maps.permute(0, 3, 1, 2)
