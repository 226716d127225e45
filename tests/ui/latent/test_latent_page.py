"""The Latent page without a browser: what it sends for each kind of network."""

import base64

import numpy as np
import pytest
import torch

from cae.analysis.latent import codes
from cae.inference import network as built
from cae.ui.latent.latent_map import STEPS, _names, _packed
from cae.ui.latent.space import DIRECTIONS, space
from cae.ui.parts import test_set
from tests.ui.visiting import network


def silent(share, words):
    pass


@pytest.fixture
def test(few_digits, tmp_path, monkeypatch):
    monkeypatch.setenv("CAE_DATA_DIR", str(tmp_path))
    test_set.forget("synthetic")
    yield test_set.load("synthetic", silent)
    test_set.forget("synthetic")


@pytest.mark.parametrize(("size", "directions"), [(1, 1), (2, 2), (5, 5), (20, DIRECTIONS), (None, DIRECTIONS)])
def test_a_space_has_the_codes_of_the_test_pictures_and_their_directions(test, size, directions):
    run = network(f"space {size}", channels=(2, 3), code_size=size, unpooling="transpose")
    found = space(run, test, silent)
    expected = codes(built(run), torch.from_numpy(test.images).unsqueeze(1))
    assert np.allclose(found.codes, expected, atol=1e-4)
    assert len(found.shares) == len(found.directions.axes) == directions
    assert 0 < sum(found.shares) <= 1 + 1e-5
    assert found.places.shape == (len(test.labels), min(2, directions))
    assert space(run, test, silent) is found


def test_directions_are_named_by_their_share_and_a_plane_by_its_numbers(test):
    plane = space(network("plane", channels=(2,), code_size=2, unpooling="transpose"), test, silent)
    assert _names(plane) == ["Number 1 of the code", "Number 2 of the code"]
    larger = space(network("larger", channels=(2,), code_size=3, unpooling="transpose"), test, silent)
    assert [words.split(":")[0] for words in _names(larger)] == ["Direction 1", "Direction 2", "Direction 3"]
    assert _names(larger)[0].endswith("% of the variance")


def test_numbers_are_packed_in_the_order_that_the_browser_reads():
    points = np.array([[0.0, 0.5], [1.0, 0.25]])
    unpacked = np.frombuffer(base64.b64decode(_packed(points * STEPS, "<u2")), "<u2").reshape(2, 2)
    assert np.abs(unpacked / STEPS - points).max() < 1e-4
    floats = torch.tensor([[0.5, -1.25], [3.0, 1e-3]])
    assert np.array_equal(np.frombuffer(base64.b64decode(_packed(floats, "<f4")), "<f4"), floats.flatten())
