"""The activations of a network for one picture, stage by stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from cae.model import ConvAutoencoder, DecoderStage, EncoderStage

__all__ = ["Activations", "Decoded", "Encoded", "activations"]


@dataclass(frozen=True, eq=False)
class Encoded:
    """Activations of an encoder stage: features (C, S, S), pooled features (C, S/2, S/2), switches and result.

    ``switches`` are int64 positions in the flattened S × S map, as ``cae.model.Switches``. With a strided
    convolution in place of the pooling, features and pooled are the same, and there are no switches. The result is
    what the next stage gets: the pooled features, or what residual blocks make of them.
    """

    features: Tensor
    pooled: Tensor
    switches: Tensor | None
    result: Tensor


@dataclass(frozen=True, eq=False)
class Decoded:
    """Activations of a decoder stage or of the refinement: the input of its convolution, and the stage's result."""

    unpooled: Tensor
    maps: Tensor


@dataclass(frozen=True, eq=False)
class Activations:
    """All activations from a picture to its reconstruction, in order.

    ``code`` is (numbers,) or, without a code size, the last feature map (C, S, S). ``spread`` is the input of the
    first decoder stage: the code itself, or the maps (C, S, S) computed from its numbers. A refinement counts as one
    more stage of the decoder, and the maps of the last one are the reconstruction (C, S, S).
    """

    picture: Tensor
    encoder: tuple[Encoded, ...]
    code: Tensor
    spread: Tensor
    decoder: tuple[Decoded, ...]

    @property
    def reconstruction(self) -> Tensor:
        return self.decoder[-1].maps


def activations(model: ConvAutoencoder, picture: Tensor) -> Activations:
    """The activations for one float picture (C, S, S) with pixels in [0, 1]; the network is in evaluation mode."""
    with torch.inference_mode():
        maps, encoded = picture[None], []
        for stage in cast(Iterable[EncoderStage], model.encoder.stages):
            features = stage.features(maps)
            pooled, switches = stage.pooled(features)
            maps = stage.blocks(pooled)
            encoded.append(Encoded(features[0], pooled[0], None if switches is None else switches[0], maps[0]))
        code = model.encoder.squeeze(maps)
        spread = maps = model.decoder.spread(code)
        decoded = []
        stages = cast(Iterable[DecoderStage], model.decoder.stages)
        for raising, source in zip(stages, reversed(encoded), strict=True):
            places = source.switches[None] if model.decoder.needs_switches and source.switches is not None else None
            unpooled = raising.unpooled(maps, places)
            maps = raising.blocks(raising.finish(raising.convolution(unpooled)))
            decoded.append(Decoded(unpooled[0], maps[0]))
        if model.config.refine:
            decoded.append(Decoded(maps[0], model.decoder.refine(maps)[0]))
    return Activations(picture, tuple(encoded), code[0], spread[0], tuple(decoded))
