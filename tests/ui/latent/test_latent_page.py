"""The Latent page without a browser: what it sends for each kind of network."""

import base64
from dataclasses import replace

import numpy as np
import pytest
import torch

from cae.analysis.latent import codes
from cae.analysis.properties import correlations, properties
from cae.inference import network as built
from cae.ui.latent.latent_map import STEPS, _names
from cae.ui.latent.space import CLEAR, DIRECTIONS, space
from cae.ui.parts.packed import packed
from tests.ui.visiting import network, silent


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


def test_a_direction_is_named_by_what_it_changes_only_where_that_was_measured(test):
    found = space(network("names", channels=(2,), code_size=3, unpooling="transpose"), test, silent)
    clear = replace(found, shares=(0.5, 0.3, 0.1), changes=(None, ("slant", -0.71), None))
    assert _names(clear) == [
        "Direction 1: 50% of the variance",
        "Direction 2: 30% of the variance, slant (r = −0.71)",
        "Direction 3: 10% of the variance",
    ]
    measured = correlations(found.directions.project(torch.from_numpy(found.codes)).numpy(), properties(test.images))
    for at, change in enumerate(found.changes):
        best = max(abs(values[at]) for values in measured.values())
        assert (change is None) == (best < CLEAR)
        assert change is None or abs(change[1]) == pytest.approx(best)


def test_numbers_are_packed_in_the_order_that_the_browser_reads():
    points = np.array([[0.0, 0.5], [1.0, 0.25]])
    unpacked = np.frombuffer(base64.b64decode(packed(points * STEPS, "<u2")), "<u2").reshape(2, 2)
    assert np.abs(unpacked / STEPS - points).max() < 1e-4
    floats = torch.tensor([[0.5, -1.25], [3.0, 1e-3]])
    assert np.array_equal(np.frombuffer(base64.b64decode(packed(floats, "<f4")), "<f4"), floats.flatten())
