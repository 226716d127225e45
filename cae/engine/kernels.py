"""The loops of ``loops/*.c`` as functions of tensors. Without a C compiler there are none."""

from __future__ import annotations

import ctypes
import functools
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cae.engine.compiled import compiled

__all__ = ["Kernels", "Norm", "Pooled", "kernels"]

PARTS = 8  # of a batch, as in loops/maps.h


@functools.cache
def kernels() -> Kernels | None:
    """The kernels, compiled on the first call in a process; None if they cannot be."""
    library = compiled()
    return Kernels(library) if library else None


class Norm(NamedTuple):
    """A batch norm: mean, inverse standard deviation, weight and bias, (C,) each."""

    mean: Tensor
    inverse: Tensor
    weight: Tensor
    bias: Tensor


class Pooled(NamedTuple):
    """The result of a max-pool, (B, S // 2, S // 2, C): the values, and their int64 indices in the S × S map.

    For its gradient also what the maps have there, and which of its window's four each is: 0 to 3, or -1 where
    the ReLU let nothing through.
    """

    values: Tensor
    places: Tensor
    winners: Tensor
    which: Tensor

    @classmethod
    def empty(cls, images: int, side: int, channels: int) -> Pooled:
        """Memory for the pooled maps of maps with this side."""
        shape = images, side // 2, side // 2, channels
        places = torch.empty(shape, dtype=torch.int64)
        return cls(torch.empty(shape), places, torch.empty(shape), torch.empty(shape))


@dataclass(frozen=True, eq=False)
class Kernels:
    """Maps are float32 (B, S, S, C) and contiguous: the channels lie last. Places are those that a pooling gave.

    ``batch`` means that the norm's statistics are those of the batch, so that they have a gradient too.
    """

    library: ctypes.CDLL

    def statistics(self, maps: Tensor, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
        """The batch's mean and inverse standard deviation (C,), which the norm's running statistics follow."""
        images, side, _, channels = maps.shape
        return self._statistics("norm_statistics", (maps,), (images, side, channels), norm)

    def rectify(self, maps: Tensor, norm: Norm) -> Tensor:
        """Batch norm → ReLU."""
        images, side, _, channels = maps.shape
        result = torch.empty_like(maps)
        self._call("rectify", maps, *norm, images, side, channels, torch.get_num_threads(), result)
        return result

    def rectify_gradient(
        self, gradient: Tensor, rectified: Tensor, maps: Tensor, norm: Norm, batch: bool
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The gradients of the maps, the weight and the bias."""
        return self._norm_gradient("rectify_gradient", (gradient, rectified), maps, norm, batch)

    def silu(self, maps: Tensor, norm: Norm) -> Tensor:
        """Batch norm → SiLU."""
        images, side, _, channels = maps.shape
        result = torch.empty_like(maps)
        self._call("silu", maps, *norm, images, side, channels, torch.get_num_threads(), result)
        return result

    def silu_gradient(self, gradient: Tensor, maps: Tensor, norm: Norm, batch: bool) -> tuple[Tensor, Tensor, Tensor]:
        """The gradients of the maps, the weight and the bias."""
        images, side, _, channels = maps.shape
        results = torch.empty_like(maps), torch.empty(channels), torch.empty(channels)
        size = images, side, channels, torch.get_num_threads()
        self._call("silu_gradient", gradient, maps, *norm, batch, *size, *results)
        return results

    def pool(self, maps: Tensor, norm: Norm) -> Pooled:
        """Batch norm → ReLU → max-pool."""
        images, side, _, channels = maps.shape
        pooled = Pooled.empty(images, side, channels)
        self._call("pool", maps, *norm, images, side, channels, torch.get_num_threads(), *pooled)
        return pooled

    def pool_gradient(
        self, gradient: Tensor, pooled: Pooled, maps: Tensor, norm: Norm, batch: bool
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The gradients of the maps, the weight and the bias."""
        kept = pooled.values, pooled.winners, pooled.which
        return self._norm_gradient("pool_gradient", (gradient, *kept), maps, norm, batch)

    def picture_statistics(self, pictures: Tensor, kernel: Tensor, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
        """``statistics`` of the maps that a convolution with ``kernel`` (3, 3, C) makes of pictures (B, S, S, 1)."""
        images, side, _, _ = pictures.shape
        return self._statistics("picture_statistics", (pictures, kernel), (images, side, kernel.shape[-1]), norm)

    def picture_pool(self, pictures: Tensor, kernel: Tensor, norm: Norm) -> Pooled:
        """``pool`` of those maps."""
        images, side, _, _ = pictures.shape
        pooled = Pooled.empty(images, side, kernel.shape[-1])
        size = images, side, kernel.shape[-1], torch.get_num_threads()
        self._call("picture_pool", pictures, kernel, *norm, *size, *pooled)
        return pooled

    def picture_gradient(
        self, gradient: Tensor, pooled: Pooled, pictures: Tensor, kernel: Tensor, norm: Norm, batch: bool
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The gradients of the kernel, the weight and the bias."""
        images, side, _, _ = pictures.shape
        channels = kernel.shape[-1]
        parts, weight, bias = kernel.new_zeros(PARTS, *kernel.shape), torch.empty(channels), torch.empty(channels)
        kept, size = (pooled.values, pooled.winners, pooled.which), (images, side, channels, torch.get_num_threads())
        self._call("picture_gradient", gradient, *kept, pictures, kernel, *norm[:3], batch, *size, parts, weight, bias)
        return parts.sum(0), weight, bias

    def unpooled_convolution(self, values: Tensor, places: Tensor, weight: Tensor, bias: Tensor, side: int) -> Tensor:
        """Max-unpooled to (B, S, S, C), then convolved, transposed, with ``weight``: (B, S, S, O).

        The weight is (3, C, 3, O), rows first, and O a multiple of 8.
        """
        images, _, _, inputs = values.shape
        result = torch.empty(images, side, side, weight.shape[-1])
        size = images, side, inputs, weight.shape[-1], torch.get_num_threads()
        self._call("unpooled_convolution", values, places, weight, bias, *size, result)
        return result

    def unpooled_convolution_gradient(
        self, gradient: Tensor, values: Tensor, places: Tensor, weight: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The gradients of the values and of the weight."""
        images, side, _, outputs = gradient.shape
        result, parts = torch.empty_like(values), weight.new_zeros(PARTS, *weight.shape)
        size = images, side, values.shape[-1], outputs, torch.get_num_threads()
        self._call("unpooled_convolution_gradient", gradient, values, places, weight, *size, result, parts)
        return result, parts.sum(0)

    def unpooled_picture(self, values: Tensor, places: Tensor, weight: Tensor, bias: Tensor, side: int) -> Tensor:
        """The same for one map, the picture: ``weight`` (C, 3, 3) → (B, S, S, 1)."""
        images, _, _, inputs = values.shape
        result = torch.empty(images, side, side, 1)
        size = images, side, inputs, torch.get_num_threads()
        self._call("unpooled_picture", values, places, weight, bias, *size, result)
        return result

    def unpooled_picture_gradient(
        self, gradient: Tensor, values: Tensor, places: Tensor, weight: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The same for one map, the picture: ``gradient`` (B, S, S, 1)."""
        images, side, _, _ = gradient.shape
        result, parts = torch.empty_like(values), weight.new_zeros(PARTS, *weight.shape)
        size = images, side, values.shape[-1], torch.get_num_threads()
        self._call("unpooled_picture_gradient", gradient, values, places, weight, *size, result, parts)
        return result, parts.sum(0)

    def _statistics(
        self, name: str, what: tuple[Tensor, ...], size: tuple[int, int, int], norm: nn.BatchNorm2d
    ) -> tuple[Tensor, Tensor]:
        assert norm.running_mean is not None and norm.running_var is not None and norm.num_batches_tracked is not None
        mean, inverse = torch.empty(norm.num_features), torch.empty(norm.num_features)
        how = torch.get_num_threads(), norm.eps, norm.momentum or 0.0
        self._call(name, *what, *size, *how, norm.running_mean, norm.running_var, mean, inverse)
        norm.num_batches_tracked.add_(1)
        return mean, inverse

    def _norm_gradient(
        self, name: str, what: tuple[Tensor, ...], maps: Tensor, norm: Norm, batch: bool
    ) -> tuple[Tensor, Tensor, Tensor]:
        images, side, _, channels = maps.shape
        results = torch.empty_like(maps), torch.empty(channels), torch.empty(channels)
        size = images, side, channels, torch.get_num_threads()
        self._call(name, *what, maps, *norm[:3], batch, *size, *results)
        return results

    def _call(self, name: str, *arguments: Tensor | int | float) -> None:
        """Raises ``MemoryError`` if a kernel cannot allocate its buffer."""
        kernel = getattr(self.library, name)
        if not kernel.argtypes:
            kernel.argtypes = [C_TYPES.get(type(one), ctypes.c_void_p) for one in arguments]
        if kernel(*[one.data_ptr() if isinstance(one, Tensor) else one for one in arguments]):
            raise MemoryError(f"There is no memory left to compute {name} in.")


C_TYPES = {int: ctypes.c_int, bool: ctypes.c_int, float: ctypes.c_double}
