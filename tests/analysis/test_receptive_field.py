"""Receptive fields equal those from PyTorch's gradients: no pixel more and none less."""

import pytest
import torch

from cae.analysis.activations import activations
from cae.analysis.receptive_field import receptive_fields
from cae.config import ModelConfig
from cae.model import ConvAutoencoder

SIDE = 28
KINDS = [("switches", "max"), ("fixed", "max"), ("transpose", "max"), ("fixed", "stride"), ("transpose", "stride")]
NETWORKS = [
    ModelConfig(channels, code_size, unpooling, pooling)
    for channels in ((3,), (3, 4, 5, 6))
    for unpooling, pooling in KINDS
    for code_size in (None, 2)
]
NETWORKS += [ModelConfig((3, 4, 5, 6), None, unpooling, pooling, refine=2) for unpooling, pooling in KINDS]
NETWORKS += [ModelConfig((3, 4, 5), None, unpooling, pooling, blocks=1) for unpooling, pooling in KINDS]


def reached(config):
    """For each stage and each row, the rows of the picture that change that row when they change, in many networks."""
    found = None
    for seed in range(4):
        torch.manual_seed(seed)
        model = ConvAutoencoder(config).eval()
        for parameter in model.parameters():
            parameter.data = torch.randn_like(parameter)
        picture = torch.rand(1, SIDE, SIDE)
        before = rows(activations(model, picture))
        for row in range(SIDE):
            for value in (0.0, 3.0):
                changed = picture.clone()
                changed[:, row] = value + torch.rand(SIDE)
                after = rows(activations(model, changed))
                found = found or [[set() for _ in maps] for maps in after]
                for stage, (old, new) in enumerate(zip(before, after, strict=True)):
                    for place in torch.nonzero((old != new).any(1)).flatten().tolist():
                        found[stage][place].add(row)
    return found


def rows(seen):
    """The maps of each stage as (row, everything in it)."""
    maps = [maps for stage in seen.encoder for maps in (stage.features, stage.pooled, stage.result)]
    maps += [maps for stage in seen.decoder for maps in (stage.unpooled, stage.maps)]
    return [one.transpose(0, 1).flatten(1) for one in maps]


@pytest.mark.parametrize("config", NETWORKS, ids=str)
def test_a_unit_changes_with_the_rows_that_it_sees_and_with_no_other(config):
    told = receptive_fields(config)
    fields = [rows for stage in told.encoder for rows in (stage.before, stage.after, stage.result)]
    fields += [rows for stage in told.decoder for rows in (stage.before, stage.result)]
    for stage, (promised, found) in enumerate(zip(fields, reached(config), strict=True)):
        for row, (interval, those) in enumerate(zip(promised, found, strict=True)):
            assert interval == ((min(those), max(those)) if those else None), f"maps {stage}, row {row}"
