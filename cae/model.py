"""The convolutional autoencoder: an encoder, a decoder, and the pooling switches that may pass between them.

Shapes are written (B, C, H, W) for batch, channels, height and width. Images are float32 in [0, 1], (B, C, S, S) with
the channels and the side of ``config.picture``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import wrap_torch_function

from cae.config import Activation, ModelConfig
from cae.posterior import Posterior

__all__ = [
    "ConvAutoencoder",
    "Decoder",
    "DecoderStage",
    "Encoder",
    "EncoderStage",
    "Residual",
    "Switches",
    "convolve_and_pool",
    "normalise",
    "parameter_count",
    "top_left",
    "unpool_and_convolve",
]

P = ParamSpec("P")
T = TypeVar("T")

Switches = tuple[Tensor, ...]
"""For each pooling stage, first to last, the (B, C, H/2, W/2) int64 indices of the maxima, as
``nn.MaxPool2d(return_indices=True)`` gives them: positions in the flattened H × W map. Empty without a pooling."""


def _operation(function: Callable[P, T]) -> Callable[P, T]:
    """Make the function overridable: an engine may compute it in another form (``cae.engine.forms``)."""
    return cast("Callable[P, T]", wrap_torch_function(lambda maps, *_: (maps,))(function))


@_operation
def normalise(maps: Tensor, norm: nn.Module, activation: nn.Module) -> Tensor:
    """Batch norm → activation. (B, C, S, S) or (B, N) → the same shape."""
    features: Tensor = activation(norm(maps))
    return features


@_operation
def convolve_and_pool(
    maps: Tensor, convolution: nn.Conv2d, norm: nn.BatchNorm2d, activation: nn.Module
) -> tuple[Tensor, Tensor]:
    """Convolution → batch norm → activation → max-pool. (B, in, S, S) → (B, out, S/2, S/2), and where that was."""
    return _pooled(normalise(convolution(maps), norm, activation))


@_operation
def unpool_and_convolve(maps: Tensor, places: Tensor, convolution: nn.ConvTranspose2d, side: int) -> Tensor:
    """Max-unpool → transposed convolution. (B, in, S/2, S/2) → (B, out, S, S), where S is ``side``."""
    convolved: Tensor = convolution(_unpooled(maps, places, side))
    return convolved


def _pooled(maps: Tensor) -> tuple[Tensor, Tensor]:
    return F.max_pool2d(maps, 2, return_indices=True)


def _unpooled(maps: Tensor, places: Tensor, side: int) -> Tensor:
    return F.max_unpool2d(maps, places, [2, 2], output_size=[side, side])


def _activation(kind: Activation) -> nn.Module:
    return nn.ReLU(inplace=True) if kind == "relu" else nn.SiLU()  # its gradient needs its input, so not in place


def _dense(inputs: int, config: ModelConfig) -> Iterator[nn.Module]:
    """The dense layer of one side and its residual layers, (B, inputs) → (B, dense); no modules without one."""
    if config.dense:
        yield from _activated(inputs, config.dense, config.activation)
        for _ in range(config.residual):
            yield Residual(*_activated(config.dense, config.dense, config.activation))


def _activated(inputs: int, outputs: int, activation: Activation) -> tuple[nn.Module, ...]:
    """Linear → batch norm → activation, (B, inputs) → (B, outputs)."""
    return nn.Linear(inputs, outputs, bias=False), nn.BatchNorm1d(outputs), _activation(activation)


def _blocks(maps: int, count: int, activation: Activation) -> nn.Sequential:
    """So many residual blocks, (B, maps, S, S) → the same shape."""

    def convolution() -> nn.Conv2d:
        return nn.Conv2d(maps, maps, kernel_size=3, padding=1, bias=False)

    return nn.Sequential(
        *(Residual(convolution(), nn.BatchNorm2d(maps), _activation(activation)) for _ in range(count))
    )


class Residual(nn.Module):
    """values + (layer → batch norm → activation) of the values, which keep their shape: (B, N) or (B, C, S, S).

    He et al., "Deep residual learning for image recognition", 2016.
    """

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, values: Tensor) -> Tensor:
        layer, norm, activation = self.layers
        return values + normalise(layer(values), norm, activation)


class EncoderStage(nn.Module):
    """Convolution → batch norm → activation → max-pool that keeps its indices → residual blocks, where there are any.

    (B, in, S, S) → (B, out, S/2, S/2). With ``pooling="stride"`` the convolution halves the maps itself, and there are
    no indices.
    """

    def __init__(self, config: ModelConfig, stage: int) -> None:
        super().__init__()
        inputs, outputs = (config.picture.channels, *config.channels)[stage : stage + 2]
        self.pools = config.pooling == "max"
        kernel, stride = (3, 1) if self.pools else (4, 2)
        self.convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.activation = _activation(config.activation)
        self.blocks = _blocks(outputs, config.blocks, config.activation)

    def features(self, maps: Tensor) -> Tensor:
        """The maps before the pooling: (B, in, S, S) → (B, out, S, S), or half the side without one."""
        return normalise(self.convolution(maps), self.norm, self.activation)

    def pooled(self, maps: Tensor) -> tuple[Tensor, Tensor | None]:
        """The pooled features and the indices of the maxima, both (B, out, S/2, S/2)."""
        return _pooled(maps) if self.pools else (maps, None)

    def forward(self, maps: Tensor) -> tuple[Tensor, Tensor | None]:
        if not self.pools:
            return self.blocks(self.features(maps)), None
        pooled, winners = convolve_and_pool(maps, self.convolution, self.norm, self.activation)
        return self.blocks(pooled), winners


class Encoder(nn.Module):
    """Images (B, C, S, S) → the code, and the switches that the poolings leave behind.

    The code is (B, ``code_size``), or the last feature map (B, C, S, S) where the config has no code size. With
    ``beta``, it is the mean of the Gaussian that ``posterior`` gives.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.stages = nn.ModuleList(EncoderStage(config, stage) for stage in range(len(config.channels)))
        self.squeeze = (
            nn.Sequential(
                nn.Flatten(),
                *_dense(config.features, config),
                nn.Linear(config.dense or config.features, config.code_size),
            )
            if config.code_size
            else nn.Identity()
        )

        self.log_variance = (
            nn.Linear(config.dense or config.features, config.code_numbers) if config.variational else None
        )

    def forward(self, images: Tensor) -> tuple[Tensor, Switches]:
        maps, switches = self._stages(images)
        return self.squeeze(maps), switches

    def posterior(self, images: Tensor) -> tuple[Posterior, Switches]:
        """The Gaussian of codes of each picture, computed in float32. Raises ``ValueError`` if ``beta`` is 0."""
        if self.log_variance is None or not isinstance(self.squeeze, nn.Sequential):
            raise ValueError("This network is not variational: its encoder gives one code for each picture.")
        maps, switches = self._stages(images)
        values = self.squeeze[:-1](maps)
        mean, log_variance = self.squeeze[-1](values).float(), self.log_variance(values).float()
        return Posterior(mean, log_variance.clamp(*LOG_VARIANCES)), switches

    def _stages(self, images: Tensor) -> tuple[Tensor, Switches]:
        maps, switches = images, []
        for stage in self.stages:
            maps, winners = stage(maps)
            if winners is not None:
                switches.append(winners)
        return maps, tuple(switches)


class DecoderStage(nn.Module):
    """Enlarge → transposed convolution → batch norm → activation → residual blocks, where there are any.

    (B, in, S/2, S/2) → (B, out, S, S). At the picture's size there are no blocks: they would cost most there.

    If it makes the picture, a sigmoid replaces norm and activation. A norm before a sigmoid keeps the
    picture near grey until its scale has grown, which costs a short run most of its quality.
    """

    def __init__(self, config: ModelConfig, stage: int) -> None:
        super().__init__()
        self.side, self.unpooling = config.sides[stage], config.unpooling
        makes_picture = stage == 0 and not config.refine
        inputs, outputs = config.channels[stage], (config.refine or config.picture.channels, *config.channels)[stage]
        if self.unpooling == "transpose":
            # Kernel 4 at stride 2 covers every output equally often; odd sides need one more row and column.
            more = self.side % 2
            self.convolution = nn.ConvTranspose2d(
                inputs, outputs, 4, 2, padding=1, output_padding=more, bias=makes_picture
            )
        else:
            self.convolution = nn.ConvTranspose2d(inputs, outputs, kernel_size=3, padding=1, bias=makes_picture)
        self.finish: nn.Module
        if makes_picture:
            self.finish = nn.Sigmoid()
            _begin_at_mean(self.convolution)
        else:
            self.finish = nn.Sequential(nn.BatchNorm2d(outputs), _activation(config.activation))
        self.blocks = _blocks(outputs, config.blocks if stage else 0, config.activation)

    def unpooled(self, maps: Tensor, switches: Tensor | None) -> Tensor:
        """The input of the convolution: unpooled maps (B, in, S, S), or the small maps if it enlarges them itself."""
        if self.unpooling == "transpose":
            return maps
        return _unpooled(maps, self._places(maps, switches), self.side)

    def forward(self, maps: Tensor, switches: Tensor | None) -> Tensor:
        if self.unpooling == "transpose":
            maps = self.convolution(maps)
        else:
            maps = unpool_and_convolve(maps, self._places(maps, switches), self.convolution, self.side)
        maps = normalise(maps, *self.finish) if isinstance(self.finish, nn.Sequential) else self.finish(maps)
        finished: Tensor = self.blocks(maps)
        return finished

    def _places(self, maps: Tensor, switches: Tensor | None) -> Tensor:
        return top_left(maps, self.side) if switches is None else switches


LOG_VARIANCES = (-30.0, 20.0)  # the exponential of what lies within neither vanishes nor overflows in float32
DARK = -2.0  # its sigmoid is 0.12, the mean pixel of MNIST: the untrained network starts at the right brightness
MIDDLE = 0.0  # its sigmoid is 0.5, about the mean of colour photos


def _begin_at_mean(convolution: nn.ConvTranspose2d) -> None:
    assert convolution.bias is not None
    nn.init.constant_(convolution.bias, DARK if convolution.out_channels == 1 else MIDDLE)


def _refinement(maps: int, channels: int) -> nn.Module:
    """Transposed convolution → sigmoid: (B, maps, S, S) → the picture, (B, channels, S, S)."""
    convolution = nn.ConvTranspose2d(maps, channels, kernel_size=3, padding=1)
    _begin_at_mean(convolution)
    return nn.Sequential(convolution, nn.Sigmoid())


def top_left(maps: Tensor, side: int) -> Tensor:
    """Indices that put every value of (B, C, S, S) maps into the top left corner of its 2×2 window."""
    rows = torch.arange(maps.shape[-2], device=maps.device) * 2 * side
    columns = torch.arange(maps.shape[-1], device=maps.device) * 2
    return (rows[:, None] + columns).expand(maps.shape).contiguous()


class Decoder(nn.Module):
    """The code, and the switches where ``unpooling`` is ``switches`` → images (B, C, S, S) in (0, 1)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.needs_switches = config.needs_switches
        maps = (config.channels[-1], config.sides[-1], config.sides[-1])
        self.spread = (
            nn.Sequential(
                *_dense(config.code_size, config),
                nn.Linear(config.dense or config.code_size, config.features, bias=False),
                nn.Unflatten(1, maps),
                nn.BatchNorm2d(maps[0]),
                _activation(config.activation),
                *_blocks(maps[0], config.blocks, config.activation),
            )
            if config.code_size
            else nn.Identity()
        )
        self.stages = nn.ModuleList(DecoderStage(config, stage) for stage in reversed(range(len(config.channels))))
        self.refine = _refinement(config.refine, config.picture.channels) if config.refine else nn.Identity()

    def forward(self, code: Tensor, switches: Switches | None = None) -> Tensor:
        """Raises ``ValueError`` if this decoder needs switches and gets none."""
        places: tuple[Tensor | None, ...] = (None,) * len(self.stages)
        if self.needs_switches:
            if switches is None or len(switches) != len(self.stages):
                raise ValueError(f"This decoder unpools with switches: give it {len(self.stages)} sets of them.")
            places = switches[::-1]
        maps = self.spread(code)
        for stage, stage_places in zip(self.stages, places, strict=True):
            maps = stage(maps, stage_places)
        images: Tensor = self.refine(maps)
        return images


class ConvAutoencoder(nn.Module):
    """Encoder and decoder; ``forward`` is ``decode(*encode(images))``."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, images: Tensor) -> tuple[Tensor, Switches]:
        """(B, C, S, S) → code, switches."""
        code: Tensor
        code, switches = self.encoder(images)
        return code, switches

    def posterior(self, images: Tensor) -> tuple[Posterior, Switches]:
        """(B, C, S, S) → the Gaussian of codes, switches. Raises ``ValueError`` if ``beta`` is 0."""
        return self.encoder.posterior(images)

    def decode(self, code: Tensor, switches: Switches | None = None) -> Tensor:
        """code and, where the decoder needs them, switches → (B, C, S, S) in (0, 1)."""
        images: Tensor = self.decoder(code, switches)
        return images

    def forward(self, images: Tensor) -> Tensor:
        return self.decode(*self.encode(images))


def parameter_count(model: nn.Module) -> int:
    """Number of trainable parameters."""
    return sum(parameter.numel() for parameter in model.parameters())
