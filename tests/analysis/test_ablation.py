"""What bypasses the bottleneck: claims about every network, tested on networks of every kind."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cae.analysis.ablation import CODES, SWITCHES, average_code, errors, offsets, partners, places, reconstruct
from cae.config import ModelConfig
from cae.evaluation.metrics import mse
from cae.model import ConvAutoencoder

CHANNELS = st.lists(st.integers(1, 6), min_size=1, max_size=4).map(tuple)
# Of one or two maps a ReLU may by chance silence all, and then nothing that comes after depends on anything.
LIVING = st.lists(st.integers(8, 16), min_size=1, max_size=3).map(tuple)
CODE_SIZES = st.one_of(st.none(), st.integers(1, 12))


def network(config, seed):
    """An untrained network whose norms have seen something, so that its maps are not all zero."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = ConvAutoencoder(config)
        model(torch.rand(32, 1, 28, 28))
        return model.eval().requires_grad_(False)


def pictures(seed, count=2):
    return torch.rand(count, 1, 28, 28, generator=torch.Generator().manual_seed(seed))


@settings(max_examples=40, deadline=None)
@given(
    channels=CHANNELS, code_size=CODE_SIZES, unpooling=st.sampled_from(["transpose", "fixed"]), seed=st.integers(0, 999)
)
def test_without_switches_the_reconstruction_depends_on_the_code_alone(channels, code_size, unpooling, seed):
    model = network(ModelConfig(channels, code_size, unpooling), seed)
    one, other = pictures(seed).split(1)
    average = average_code(model, pictures(seed))
    for source in ("own", "fixed", "shuffled", "other"):
        same = reconstruct(model, one, other, average, code="average", switches=source)
        assert torch.equal(same, reconstruct(model, other, one, average, code="average"))
        assert torch.equal(reconstruct(model, one, other, average, switches=source), model(one))
    assert torch.allclose(reconstruct(model, one, other, average, code="other"), model(other), atol=1e-6)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(channels=LIVING, code_size=CODE_SIZES, seed=st.integers(0, 999))
def test_with_switches_and_a_constant_code_it_still_depends_on_the_picture(channels, code_size, seed):
    model = network(ModelConfig(channels, code_size, "switches"), seed)
    one, other = pictures(seed).split(1)
    constant = torch.ones_like(average_code(model, one))
    back = reconstruct(model, one, other, constant, code="average")
    assert (back - reconstruct(model, other, one, constant, code="average")).abs().max() > 1e-4
    # With fixed switches in their place, a constant code gives one picture for all.
    fixed = reconstruct(model, one, other, constant, code="average", switches="fixed")
    assert torch.equal(fixed, reconstruct(model, other, one, constant, code="average", switches="fixed"))


@pytest.mark.parametrize("channels", [(4,), (4, 6), (4, 6, 8), (4, 6, 8, 10)])
def test_each_exchange_does_what_it_says(channels):
    model = network(ModelConfig(channels, None, "switches"), 1)
    one, other = pictures(1).split(1)
    average = average_code(model, torch.cat([one, other]))
    (code, switches), (other_code, other_switches) = model.encode(one), model.encode(other)
    assert torch.allclose(average, (code + other_code) / 2, atol=1e-6)

    def equal(given_code, given_switches, **sources):
        return torch.equal(model.decode(given_code, given_switches), reconstruct(model, one, other, average, **sources))

    assert equal(code, switches)
    assert equal(torch.zeros_like(code), switches, code="zero")
    assert equal(average, switches, code="average")
    assert equal(other_code, switches, code="other")
    assert equal(code, other_switches, switches="other")
    top_left = ConvAutoencoder(ModelConfig(channels, None, "fixed")).eval()
    top_left.load_state_dict(model.state_dict())
    assert torch.equal(top_left.decode(code), reconstruct(model, one, other, average, switches="fixed"))


def test_shuffled_switches_stay_in_their_own_windows_and_maps():
    model = network(ModelConfig((4, 6, 8), 3, "switches"), 1)
    given = []
    model.decoder.register_forward_pre_hook(lambda _, inputs: given.append(inputs[1]))
    one, other = pictures(5).split(1)
    _, switches = model.encode(one)
    for seed in (0, 0, 1):
        reconstruct(model, one, other, average_code(model, one), switches="shuffled", seed=seed)
    for place, own in enumerate(switches):
        side = model.config.sides[place]
        first, again, another = (offsets(shuffled[place], side).flatten(2) for shuffled in given)
        assert torch.equal(first, again) and not torch.equal(first, another)
        assert torch.equal(places(first.view_as(own), side), given[0][place])
        assert not torch.equal(given[0][place], own)
        assert torch.equal(first.sort(-1).values, offsets(own, side).flatten(2).sort(-1).values)


@pytest.mark.parametrize("side", [28, 14, 7, 3])
def test_offsets_and_places_are_each_others_inverse(side):
    maps = torch.rand(2, 3, side, side)
    _, switches = torch.nn.functional.max_pool2d(maps, 2, return_indices=True)
    within = offsets(switches, side)
    assert within.min() >= 0 and within.max() <= 3
    assert torch.equal(places(within, side), switches)


@pytest.mark.parametrize("unpooling", ["switches", "fixed"])
def test_the_errors_are_those_of_each_exchange_by_itself(unpooling):
    model = network(ModelConfig((8, 8), 3, unpooling), 2)
    mine, others = pictures(2, 5), pictures(3, 5)
    average = average_code(model, mine)
    found = errors(model, mine, others, average, codes=list(CODES), switches=list(SWITCHES))
    assert found.shape == (len(CODES), len(SWITCHES), 5)
    for row, code in enumerate(CODES):
        for column, switches in enumerate(SWITCHES):
            back = reconstruct(model, mine, others, average, code=code, switches=switches)
            assert torch.equal(found[row, column], mse(mine, back))


def test_the_other_picture_is_only_looked_at_where_it_is_asked_for():
    model = network(ModelConfig((4, 6), None, "switches"), 1)
    seen = []
    model.encoder.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    one, other = pictures(1).split(1)
    for code in CODES:
        for switches in SWITCHES:
            seen.clear()
            reconstruct(model, one, other, torch.zeros(1, 6, 7, 7), code=code, switches=switches)
            assert any(picture is other for picture in seen) == ("other" in (code, switches))


@given(labels=st.lists(st.integers(0, 3), min_size=1, max_size=30))
def test_a_partner_shows_something_else_wherever_there_is_something_else(labels):
    for place, partner in enumerate(partners(labels)):
        assert labels[partner] != labels[place] or len(set(labels)) == 1
        between = [labels[one % len(labels)] for one in range(place, place + (partner - place) % len(labels))]
        assert set(between) <= {labels[place]}  # it is the next one that does
