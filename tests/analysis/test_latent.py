"""The latent space: codes and back, directions, neighbours, the best code."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from cae.analysis.latent import Directions, amortisation_gap, best_codes, between, codes, decode, nearest
from cae.config import ModelConfig
from cae.evaluation.metrics import mse
from tests.analysis.test_ablation import network

SHAPES = [
    ModelConfig((4,), 2, "transpose"),
    ModelConfig((4, 6), 5, "fixed", dense=8),
    ModelConfig((3, 4), None, "transpose", pooling="stride", activation="silu"),
    ModelConfig((3, 4, 5), None, "fixed"),
]


@pytest.fixture
def images():
    return torch.randint(256, (7, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))


def points(count, size, seed=0):
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("config", SHAPES, ids=str)
def test_a_code_of_any_shape_is_a_row_and_decodes_to_what_the_network_gives(config, images):
    model = network(config, 0)
    found = codes(model, images)
    assert found.shape == (7, config.code_numbers)
    assert torch.allclose(decode(model, found), model(images.float() / 255), atol=1e-6)


def test_with_switches_a_code_alone_is_refused(images):
    model = network(ModelConfig((4, 6), 5), 0)
    with pytest.raises(ValueError, match="needs the switches of a picture"):
        decode(model, codes(model, images))


def test_directions_are_the_principal_components():
    cloud = points(500, 6) @ points(6, 6, seed=1) + 3
    found = Directions.of(cloud, 4)
    _, values, rows = np.linalg.svd((cloud - cloud.mean(0)).numpy(), full_matrices=False)
    assert np.allclose(np.abs((found.axes.numpy() * rows[:4]).sum(1)), 1, atol=1e-4)
    assert np.allclose(found.spreads, values[:4] / np.sqrt(500), rtol=1e-3)
    assert torch.allclose(found.axes @ found.axes.T, torch.eye(4), atol=1e-5)
    assert torch.allclose(found.project(found.place(points(9, 4))), points(9, 4), atol=1e-4)
    whole = Directions.of(cloud, 6)
    assert torch.allclose(whole.place(whole.project(cloud)), cloud, atol=1e-3)
    assert torch.allclose(found.place(torch.zeros(1, 2)), cloud.mean(0), atol=1e-5)


def test_a_plane_is_its_own_map():
    plane = points(50, 2) + 1
    found = Directions.of(plane, 2)
    assert torch.equal(found.project(plane), plane)
    assert torch.equal(found.place(plane), plane)


def test_neighbours_are_the_nearest_in_order():
    cloud = points(600, 3)
    queries = points(501, 3, seed=2)
    found = nearest(cloud, queries, 4)
    distances = (queries[:, None] - cloud).norm(dim=2)
    assert torch.equal(found, distances.argsort(1)[:, :4])
    assert nearest(cloud[:2], queries[:1], 9).shape == (1, 2)


def test_between_goes_in_equal_steps_and_has_both_ends():
    first, last = points(1, 5)[0], points(1, 5, seed=1)[0]
    walk = between(first, last, 5)
    assert torch.equal(walk[0], first)
    assert torch.allclose(walk[-1], last)
    assert torch.allclose(walk.diff(dim=0), ((last - first) / 4).expand(4, 5), atol=1e-6)
    assert between(torch.zeros(1, 28, 28), torch.ones(1, 28, 28), 3).shape == (3, 1, 28, 28)


@pytest.mark.parametrize("config", SHAPES, ids=str)
def test_the_best_code_is_never_worse_than_the_encoders_and_decodes_to_its_error(config, images):
    model, pictures = network(config, 0), images[:3].float() / 255
    found = list(best_codes(model, pictures, 12, 1.0))
    assert len(found) == 13
    first, last = found[0], found[-1]
    assert torch.allclose(first[0], codes(model, images[:3]), atol=1e-6)
    assert torch.allclose(first[1], mse(pictures, model(pictures)), atol=1e-6)
    for (_, before), (_, after) in pairwise(found):
        assert (after <= before).all()
    assert (last[1] < first[1]).all()
    assert torch.allclose(last[1], mse(pictures, decode(model, last[0])), atol=1e-6)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_each_picture_is_searched_for_itself(images):
    model, pictures = network(SHAPES[1], 0), images[:3].float() / 255
    *_, (together, _) = best_codes(model, pictures, 9, 0.5)
    for place in range(3):
        *_, (alone, _) = best_codes(model, pictures[place : place + 1], 9, 0.5)
        assert torch.allclose(together[place], alone[0], atol=1e-4)


def test_the_amortisation_gap_is_what_the_search_gains_on_average(images):
    model, shares = network(SHAPES[0], 0), []
    before, after = amortisation_gap(model, images, 15, shares.append)
    assert before == pytest.approx(float(mse(images / 255, model(images / 255)).mean()), rel=1e-4)
    assert 0 < after < before
    assert shares == sorted(shares) and shares[-1] == 1
