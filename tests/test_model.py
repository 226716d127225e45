"""The network: shapes, encoder and decoder, and the paths of information between them."""

import itertools
import random

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from cae.config import ModelConfig
from cae.model import ConvAutoencoder, parameter_count
from cae.registry import GREATEST_SIDE, LEAST_SIDE, Shape

UNPOOLINGS = ("switches", "fixed", "transpose")
KINDS = [*((one, "max") for one in UNPOOLINGS), ("fixed", "stride"), ("transpose", "stride")]
STAGES = ((4,), (4, 6), (4, 6, 8), (4, 6, 8, 10))
CODE_SIZES = (None, 1, 5)
EVERY = [ModelConfig(*one, *kind) for *one, kind in itertools.product(STAGES, CODE_SIZES, KINDS)]
EVERY += [ModelConfig((4, 6), size, kind, dense=dense) for size in (1, 5) for kind in UNPOOLINGS for dense in (1, 7)]
EVERY += [ModelConfig((4, 6), size, kind, refine=3) for size in (None, 5) for kind in UNPOOLINGS]
EVERY += [ModelConfig((4, 6), 5, kind, dense=7, residual=2, beta=beta) for kind in UNPOOLINGS for beta in (0.0, 1.0)]
EVERY += [ModelConfig((4, 6), 5, kind, dense=dense, beta=1.0) for kind in UNPOOLINGS for dense in (None, 7)]
EVERY += [ModelConfig((4, 6, 8), size, *kind, blocks=2) for size in (None, 5) for kind in KINDS]
EVERY += [ModelConfig((4, 6), size, kind, activation="silu") for size in (None, 5) for kind in UNPOOLINGS]


def network(channels=(4, 6), code_size=None, unpooling="switches", pooling="max", seed=0):
    return built(ModelConfig(channels, code_size, unpooling, pooling), seed)


def built(config, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return ConvAutoencoder(config).eval().requires_grad_(False)


def pictures(digits, count=4):
    return digits.test.images[:count].float() / 255


@pytest.mark.parametrize("config", EVERY, ids=str)
def test_every_network_gives_back_a_picture_and_a_code_of_the_promised_size(digits, config):
    model = built(config)
    images = pictures(digits)
    code, switches = model.encode(images)
    side, pooled = config.sides[-1], zip(config.channels, config.sides[1:], strict=True)
    assert code.shape == ((4, config.code_size) if config.code_size else (4, config.channels[-1], side, side))
    assert code[0].numel() == config.code_numbers
    assert [one.shape for one in switches] == [
        (4, width, side, side) for width, side in pooled if config.pooling == "max"
    ]
    back = model(images)
    assert back.shape == images.shape
    assert back.min() >= 0 and back.max() <= 1
    assert torch.equal(model.decode(code, switches), back)


@pytest.mark.parametrize(("unpooling", "pooling"), KINDS)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_of_any_side_comes_back_in_its_shape(unpooling, pooling, channels):
    chance = random.Random(channels)
    for side in range(LEAST_SIDE, GREATEST_SIDE + 1):
        stages, code_size, refine = (chance.choice(each) for each in (STAGES, CODE_SIZES, (None, 3)))
        config = ModelConfig(stages, code_size, unpooling, pooling, refine=refine, picture=Shape(side, channels))
        model = built(config)
        images = torch.rand(2, channels, side, side, generator=torch.Generator().manual_seed(side))
        code, switches = model.encode(images)
        assert code[0].numel() == config.code_numbers
        assert [one.shape[-1] for one in switches] == (list(config.sides[1:]) if pooling == "max" else [])
        assert model(images).shape == images.shape
        assert parameter_count(model) == config.parameters


def test_unpooling_puts_every_value_of_an_odd_map_back_where_it_was():
    images = torch.rand(1, 3, 17, 17, generator=torch.Generator().manual_seed(0))
    pooled, places = torch.nn.functional.max_pool2d(images, 2, return_indices=True)
    back = torch.nn.functional.max_unpool2d(pooled, places, 2, output_size=[17, 17])
    kept = back != 0
    assert kept.sum() == pooled.numel() and torch.equal(back[kept], images[kept])


# At four stages the maps are 1×1, and the batch norm after the code takes away what the code's bias adds. So does
# that of a dense layer.
@pytest.mark.parametrize("config", [one for one in EVERY if len(one.channels) < 4 and not one.dense], ids=str)
def test_training_reaches_every_parameter(digits, config):
    model = built(config).train().requires_grad_(True)
    images = digits.train.images[:32].float() / 255
    loss = torch.nn.functional.mse_loss(model(images), images)
    (loss + model.posterior(images)[0].kl().mean() if config.variational else loss).backward()
    unmoved = [name for name, one in model.named_parameters() if one.grad is None or not one.grad.abs().sum() > 0]
    assert unmoved == []


def test_the_code_of_a_variational_network_is_the_mean_of_its_gaussian(digits):
    model = built(ModelConfig((4, 6), 5, "transpose", beta=2.0))
    posterior, switches = model.posterior(pictures(digits))
    code, _ = model.encode(pictures(digits))
    assert torch.equal(posterior.mean, code)
    assert posterior.log_variance.shape == code.shape
    assert posterior.mean.dtype == posterior.log_variance.dtype == torch.float32
    assert torch.equal(model(pictures(digits)), model.decode(posterior.mean, switches))


def test_a_plain_network_has_no_gaussian_of_codes_and_the_layers_that_it_had(digits):
    model = network(code_size=5)
    with pytest.raises(ValueError, match="not variational"):
        model.posterior(pictures(digits))
    assert not any("variance" in name and "norm" not in name for name, _ in model.named_parameters())


def test_a_variance_can_neither_vanish_nor_overflow(digits):
    model = built(ModelConfig((4, 6), 5, "transpose", beta=1.0))
    for far in (1e9, -1e9):
        model.encoder.log_variance.bias.data.fill_(far)
        posterior, _ = model.posterior(pictures(digits))
        assert posterior.kl().isfinite().all()
        assert posterior.sample(torch.Generator().manual_seed(0)).isfinite().all()


def test_a_decoder_that_needs_switches_says_so(digits):
    model = network()
    code, switches = model.encode(pictures(digits))
    for wrong in (None, (), switches[:1]):
        with pytest.raises(ValueError, match="unpools with switches: give it 2 sets"):
            model.decode(code, wrong)


@pytest.mark.parametrize("unpooling", ["fixed", "transpose"])
@pytest.mark.parametrize("code_size", CODE_SIZES)
def test_without_switches_the_code_is_all_that_reaches_the_decoder(digits, unpooling, code_size):
    model = network(unpooling=unpooling, code_size=code_size)
    code, switches = model.encode(pictures(digits))
    _, others = model.encode(pictures(digits).flip(0))
    back = model.decode(code, switches)
    assert torch.equal(model.decode(code, others), back)
    assert torch.equal(model.decode(code), back)
    same = model.decode(code[:1].expand_as(code))
    assert torch.allclose(same, same[:1].expand_as(same), atol=1e-6)


@pytest.mark.parametrize("code_size", CODE_SIZES)
def test_with_switches_a_constant_code_still_gives_different_pictures(digits, code_size):
    model = network(code_size=code_size)
    code, switches = model.encode(pictures(digits))
    same_code = torch.ones_like(code)
    back = model.decode(same_code, switches)
    for one, other in itertools.combinations(back, 2):
        assert (one - other).abs().max() > 1e-3


def test_switches_are_the_places_of_the_maxima(digits):
    model = network(channels=(4,))
    maps = model.encoder.stages[0]
    images = pictures(digits)
    before_pooling = torch.relu(maps.norm(maps.convolution(images)))
    code, (switches,) = model.encode(images)
    assert torch.equal(before_pooling.flatten(2).gather(2, switches.flatten(2)).view_as(code), code)


@pytest.mark.parametrize("channels", STAGES)
def test_fixed_unpooling_puts_every_value_top_left_in_its_window(channels):
    """Seen through a first convolution that copies: what it is given is what it shows."""
    model = network(channels=channels, unpooling="fixed")
    stage = model.decoder.stages[-1]
    identity = torch.zeros_like(stage.convolution.weight)
    identity[0, 0, 1, 1] = 1
    stage.convolution.weight.data = identity
    stage.convolution.bias.data.zero_()
    maps = torch.rand(2, channels[0], 14, 14) + 1
    shown = stage(maps, None).logit()[:, 0]
    assert torch.allclose(shown[:, ::2, ::2], maps[:, 0], atol=1e-4)
    shown[:, ::2, ::2] = 0
    assert shown.abs().max() < 1e-6


def test_pictures_do_not_influence_each_other(digits):
    for unpooling in UNPOOLINGS:
        model = network(unpooling=unpooling, code_size=5)
        together = model(pictures(digits))
        alone = torch.cat([model(one[None]) for one in pictures(digits)])
        assert torch.allclose(together, alone, atol=1e-5)


def test_the_classic_network_has_as_many_parameters_as_arithmetic_says():
    encoder = (1 * 4 * 9 + 2 * 4) + (4 * 6 * 9 + 2 * 6)
    decoder = (6 * 4 * 9 + 2 * 4) + (4 * 1 * 9 + 1)
    assert parameter_count(network(channels=(4, 6))) == encoder + decoder


COUNTED = [
    *EVERY,
    ModelConfig((128, 128, 128, 128), 512, "transpose", "stride", 1024, activation="silu"),
    ModelConfig((128,), 99, "switches", "max"),
    ModelConfig((1, 128), None, "fixed", "max"),
]


@pytest.mark.parametrize("config", COUNTED, ids=str)
def test_the_config_counts_the_parameters_as_the_network_has_them(config):
    model = built(config)
    assert model.config.parameters == parameter_count(model)


@pytest.mark.parametrize("config", COUNTED, ids=str)
def test_the_config_counts_the_multiplications_that_the_layers_make(digits, config):
    """Counted by PyTorch from the real shapes, a multiplication and its addition as two operations."""
    model = built(config)
    with FlopCounterMode(display=False) as counter:
        model(pictures(digits, 3))
    assert counter.get_total_flops() == 3 * 2 * model.config.multiply_adds
