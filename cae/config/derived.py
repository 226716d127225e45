"""Figures derived from the shape of a network: sides of its maps, parameters, multiply-adds, bits of its switches."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from cae.registry import Shape

__all__ = ["Derived"]


class Derived:
    """Derived figures of ``ModelConfig``; declares the fields that they need."""

    channels: tuple[int, ...]
    code_size: int | None
    unpooling: str
    pooling: str
    dense: int | None
    residual: int
    blocks: int
    refine: int | None
    beta: float
    picture: Shape

    @property
    def sides(self) -> tuple[int, ...]:
        """Side of the square maps in pixels: the picture's, then after each pooling. (28, 14, 7) for two stages."""
        return tuple(self.picture.side >> stage for stage in range(len(self.channels) + 1))

    @property
    def features(self) -> int:
        """Numbers in the last feature map: channels × side × side."""
        return self.channels[-1] * self.sides[-1] ** 2

    @property
    def code_numbers(self) -> int:
        """Numbers in the code: ``code_size``, or those of the last feature map."""
        return self.code_size or self.features

    @property
    def pca_size(self) -> int | None:
        """The code size of PCA for a comparison; None if PCA of this size would copy every image exactly."""
        return self.code_numbers if self.code_numbers < self.picture.values else None

    @property
    def variational(self) -> bool:
        """Whether the encoder gives a Gaussian of codes for each picture; its mean is the code."""
        return self.beta > 0

    @property
    def needs_switches(self) -> bool:
        """Whether the decoder needs the switches of a picture, so that a code alone cannot be decoded."""
        return self.unpooling == "switches"

    @property
    def switch_bits_by_stage(self) -> tuple[int, ...]:
        """Bits that bypass the code: two for each pooling window, the position of its maximum."""
        if not self.needs_switches:
            return ()
        return tuple(2 * maps * side**2 for maps, side in zip(self.channels, self.sides[1:], strict=True))

    @property
    def switch_bits(self) -> int:
        """The switch bits of all stages."""
        return sum(self.switch_bits_by_stage)

    @property
    def parameters(self) -> int:
        """Number of trainable parameters."""
        return sum(weights + others for weights, others, _ in self._layers())

    @property
    def multiply_adds(self) -> int:
        """Multiplications, each with its addition, that pass one image through encoder and decoder.

        Counted are the convolutions, the transposed convolutions and the linear layers: each weight, times the
        places where its layer is applied. Those are the pixels of a convolution's output and of a transposed
        convolution's input, whether or not the kernel reaches over their edge; a linear layer has one. Left out
        are biases, batch norms, poolings, unpoolings and activations.
        """
        return sum(weights * places for weights, _, places in self._layers())

    def _layers(self) -> Iterator[tuple[int, int, int]]:
        """Of each layer: its weights, the parameters of its bias or norm, and the places where it is applied."""
        widths, areas = (self.picture.channels, *self.channels), [side**2 for side in self.sides]
        for stage, (narrow, wide) in enumerate(pairwise(widths)):
            kernel, places = (16, areas[stage + 1]) if self.pooling == "stride" else (9, areas[stage])
            yield kernel * narrow * wide, 2 * wide, places
            yield from self._blocks(wide, areas[stage + 1])
            kernel, places = (16, areas[stage + 1]) if self.unpooling == "transpose" else (9, areas[stage])
            made = self.refine or narrow if stage == 0 else narrow
            yield kernel * made * wide, 2 * made if stage or self.refine else made, places
            if stage:
                yield from self._blocks(made, areas[stage])
        if self.refine:
            yield 9 * self.refine * widths[0], widths[0], areas[0]
        if self.code_size:
            inner = self.dense or self.features
            if self.dense:
                for inputs in 2 * (self.features, *[self.dense] * self.residual):
                    yield inputs * self.dense, 2 * self.dense, 1
            yield inner * self.code_size, self.code_size, 1
            if self.variational:
                yield inner * self.code_size, self.code_size, 0  # the variances, of which a reconstruction needs none
            yield inner * self.code_size, 2 * self.channels[-1], 1
            yield from self._blocks(self.channels[-1], areas[-1])

    def _blocks(self, maps: int, area: int) -> Iterator[tuple[int, int, int]]:
        """The residual blocks of maps of this size."""
        yield from [(9 * maps**2, 2 * maps, area)] * self.blocks
