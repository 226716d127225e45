"""Faster forms of operations on the CPU, equal to the ordinary ones up to rounding.

oneDNN's kernels need many channels on both sides. For a picture with its one channel, the ordinary convolution takes
several times as long as its arithmetic. And the gradient of max-unpooling comes back channels first, so that every
operation before it has to convert it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from cae.engine.fused import fused
from cae.engine.kernels import Kernels, kernels
from cae.model import convolve_and_pool, normalise, unpool_and_convolve

__all__ = ["FastForms", "fast_forms"]

OPERATIONS = (convolve_and_pool, normalise, unpool_and_convolve)

Pair = tuple[int, int]
_backward = torch.ops.aten.convolution_backward


def fast_forms(device: torch.device, precision: torch.dtype = torch.float32) -> AbstractContextManager[object]:
    """The context with the fast forms of this device, for many pictures at a time."""
    return FastForms(precision, kernels()) if device.type == "cpu" else nullcontext()


class FastForms(TorchFunctionMode):
    """Within this context the network's operations, and ``max_unpool2d``, ``conv2d`` and ``conv_transpose2d``, take the
    fastest form for their shapes.

    For many pictures at a time, on a CPU. A gradient with respect to the picture itself is left to the ordinary
    form, as is what has dilation, groups or unequal sides. In bfloat16 oneDNN's ordinary convolutions are fastest.
    """

    def __init__(self, precision: torch.dtype = torch.float32, own: Kernels | None = None) -> None:
        super().__init__()
        self._forms = _ANY if precision == torch.bfloat16 else _ANY | _CONVOLUTIONS | (fused(own) if own else {})

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        form, kwargs = self._forms.get(function), kwargs or {}
        result = form(*args, **kwargs) if form else NotImplemented
        if result is not NotImplemented:
            return result
        if function in OPERATIONS:  # made of others, which may have forms
            with self:
                return function.__wrapped__(*args, **kwargs)
        return function(*args, **kwargs)


def _conv2d(
    maps: Tensor, weight: Tensor, bias: Tensor | None, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Tensor:
    ordinary = weight.shape[1] > 1 or bias is not None or maps.requires_grad or dilation != (1, 1) or groups != 1
    if ordinary:
        return torch.conv2d(maps, weight, bias, stride, padding, dilation, groups)
    images: Tensor = _FromPicture.apply(maps, weight, stride, padding)
    return images


def _conv_transpose2d(
    maps: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Pair,
    padding: Pair,
    output_padding: Pair,
    groups: int,
    dilation: Pair,
) -> Tensor:
    square = stride[0] == stride[1] and padding[0] == padding[1] and weight.shape[2] == weight.shape[3]
    if not square or dilation != (1, 1) or groups != 1 or output_padding != (0, 0):
        return torch.conv_transpose2d(maps, weight, bias, stride, padding, output_padding, groups, dilation)
    if weight.shape[1] == 1:
        images: Tensor = _ToPicture.apply(maps, weight, bias, stride, padding)
        return images
    if stride == (1, 1):  # is a convolution with the kernel turned by half a circle
        turned = weight.transpose(0, 1).flip(2, 3)
        return torch.conv2d(maps, turned, bias, padding=weight.shape[-1] - 1 - padding[0])
    return torch.conv_transpose2d(maps, weight, bias, stride, padding, output_padding, groups, dilation)


def _max_unpool2d(
    maps: Tensor, places: Tensor, window: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
) -> Tensor:
    if output_size is None:
        return F.max_unpool2d(maps, places, window, stride, padding)
    enlarged: Tensor = _Unpool.apply(maps, places, output_size)
    return enlarged


_ANY: dict[Any, Any] = {F.max_unpool2d: _max_unpool2d}
_CONVOLUTIONS: dict[Any, Any] = {torch.conv2d: _conv2d, torch.conv_transpose2d: _conv_transpose2d}


class _FromPicture(torch.autograd.Function):
    """Convolution of (B, 1, H, W). Its weight's gradient is that of the transposed convolution back to the picture,
    with the two maps in each other's place.
    """

    @staticmethod
    def forward(ctx: Any, picture: Tensor, weight: Tensor, stride: Pair, padding: Pair) -> Tensor:
        ctx.save_for_backward(picture, weight)
        ctx.geometry = stride, padding
        return torch.conv2d(picture, weight, None, stride, padding)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (gradient,), (picture, weight) = gradients, ctx.saved_tensors
        stride, padding = ctx.geometry
        reached = (gradient.shape[-1] - 1) * stride[0] - 2 * padding[0] + weight.shape[-1]
        beyond = [picture.shape[-1] - reached] * 2
        swapped = picture, gradient, weight, None, stride, padding, [1, 1], True, beyond, 1, [False, True, False]
        return None, _backward(*swapped)[1], None, None


class _ToPicture(torch.autograd.Function):
    """Transposed convolution to (B, 1, H, W): one matrix product gives every tap of the kernel its own picture, and
    the pictures are laid over each other, each shifted by its tap.
    """

    @staticmethod
    def forward(ctx: Any, maps: Tensor, weight: Tensor, bias: Tensor | None, stride: Pair, padding: Pair) -> Tensor:
        ctx.save_for_backward(maps, weight)
        ctx.geometry, ctx.has_bias = (stride, padding), bias is not None
        (images, channels, height, width), kernel = maps.shape, weight.shape[-1]
        (step, _), (margin, _) = stride, padding
        pixels = maps.permute(0, 2, 3, 1).reshape(-1, channels)
        taps = (weight.view(channels, -1).t() @ pixels.t()).view(kernel, kernel, images, height, width)

        def along(tap: int, side: int) -> slice:
            return slice(tap, tap + (side - 1) * step + 1, step)

        rows, columns = ((side - 1) * step + kernel for side in (height, width))
        start = torch.zeros(1) if bias is None else bias
        canvas = start.to(maps).expand(images, rows, columns).contiguous()
        for row in range(kernel):
            for column in range(kernel):
                canvas[:, along(row, height), along(column, width)] += taps[row, column]
        return canvas[:, margin : rows - margin, margin : columns - margin].unsqueeze(1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (gradient,), (maps, weight) = gradients, ctx.saved_tensors
        stride, padding = ctx.geometry
        wanted = [*ctx.needs_input_grad[:2], ctx.has_bias]
        how = [1] if ctx.has_bias else None, stride, padding, [1, 1], True, [0, 0], 1, wanted
        return (*_backward(gradient, maps, weight, *how), None, None)


class _Unpool(torch.autograd.Function):
    """Max-unpooling that keeps the maps' precision and, in its gradient, their channels last."""

    @staticmethod
    def forward(ctx: Any, maps: Tensor, places: Tensor, output_size: list[int]) -> Tensor:
        ctx.save_for_backward(places)
        with torch.autocast(maps.device.type, enabled=False):  # which would copy the maps to float32: nothing is added
            enlarged: Tensor = torch.ops.aten.max_unpool2d(maps, places, output_size)
        return enlarged

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (gradient,), (places,) = gradients, ctx.saved_tensors
        images, channels, height, width = places.shape
        taken = _pixels(gradient).gather(1, _pixels(places))
        return taken.view(images, height, width, channels).permute(0, 3, 1, 2), None, None


def _pixels(maps: Tensor) -> Tensor:
    """(B, C, H, W) → (B, H·W, C): a view where the channels lie last."""
    return maps.permute(0, 2, 3, 1).flatten(1, 2)
