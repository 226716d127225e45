"""Activations are those of the network: each stage follows from the one before, and the last is the reconstruction."""

import itertools

import pytest
import torch

from cae.analysis.activations import activations
from cae.config import ModelConfig
from cae.model import ConvAutoencoder

KINDS = [("switches", "max"), ("fixed", "max"), ("transpose", "max"), ("fixed", "stride"), ("transpose", "stride")]
EVERY = [
    ModelConfig(channels, code_size, *kind, refine=refine)
    for channels, code_size, kind, refine in itertools.product(
        ((4,), (4, 6), (4, 6, 8)), (None, 1, 5), KINDS, (None, 3)
    )
] + [ModelConfig((4, 6, 8), code_size, *kind, blocks=2) for code_size in (None, 5) for kind in KINDS]


@pytest.mark.parametrize("config", EVERY, ids=str)
def test_the_flow_ends_in_the_networks_own_reconstruction(digits, config):
    channels, unpooling, pooling, refine = config.channels, config.unpooling, config.pooling, config.refine
    model = ConvAutoencoder(config).eval()
    picture = digits.test.images[0].float() / 255
    with torch.inference_mode():
        code, switches = model.encode(picture[None])
        back = model.decode(code, switches)
    seen = activations(model, picture)
    assert torch.equal(seen.reconstruction, back[0])
    assert torch.equal(seen.code, code[0])
    winners = [stage.switches for stage in seen.encoder if stage.switches is not None]
    assert all(torch.equal(one, other[0]) for one, other in zip(winners, switches, strict=True))
    sides, widths = model.config.sides, (refine or 1, *channels)
    assert torch.equal(seen.encoder[-1].result, seen.code) or config.code_size
    for place, stage in enumerate(seen.encoder):
        assert stage.result is stage.pooled or bool(config.blocks) != torch.equal(stage.result, stage.pooled)
        if pooling == "stride":
            assert stage.features is stage.pooled or torch.equal(stage.features, stage.pooled)
            continue
        assert stage.features.shape == (channels[place], sides[place], sides[place])
        assert torch.equal(stage.features.flatten(1).gather(1, stage.switches.flatten(1)), stage.pooled.flatten(1))
    stages = seen.decoder[: len(channels)]
    if refine:
        (refinement,) = seen.decoder[len(channels) :]
        assert torch.equal(refinement.unpooled, stages[-1].maps)
    for place, stage in zip(reversed(range(len(channels))), stages, strict=True):
        assert stage.maps.shape == (widths[place], sides[place], sides[place])
        side = sides[place + 1] if unpooling == "transpose" else sides[place]
        assert stage.unpooled.shape == (channels[place], side, side)
