"""The sections of the Inside page agree with the network's layers, maps and reconstruction."""

import io
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

from cae.analysis.layers import layers
from cae.data.synthetic import digits
from cae.inference import reconstruct
from cae.ui.inside.sections import sections
from tests.ui.visiting import network

KINDS = [
    {"channels": (3, 5)},
    {"channels": (3, 5), "code_size": 2},
    {"channels": (3, 5, 4, 2), "code_size": 40, "unpooling": "fixed"},
    {"channels": (4,), "unpooling": "transpose"},
    {"channels": (3, 5, 6), "code_size": 1, "unpooling": "transpose", "pooling": "stride"},
    {"channels": (3, 5), "code_size": 3, "dense": 7, "activation": "silu"},
    {"channels": (3, 5), "unpooling": "transpose", "refine": 4},
    {"channels": (3, 5), "unpooling": "fixed", "refine": 4, "activation": "silu"},
]


@pytest.fixture(scope="module")
def digit():
    return digits(1, seed=3)[0][0, 0].numpy()


@pytest.fixture(params=KINDS, ids=str)
def run(request):
    return network("one", **request.param)


def test_the_sections_are_the_picture_the_stages_and_the_code_in_order(run, digit):
    stages = range(len(run.config.model.channels))
    expected = ["picture", *(f"encoder-{stage}" for stage in stages), "code"]
    expected += [f"decoder-{stage}" for stage in reversed(stages)]
    expected += ["refinement"] * bool(run.config.model.refine)
    assert [section.key for section in sections(run, digit)] == expected


def test_every_layer_stands_in_one_section(run, digit):
    found = [layer for section in sections(run, digit) for layer in section.layers]
    assert tuple(found) == layers(run.config.model)


def test_the_last_section_is_what_comes_back(run, digit):
    last = sections(run, digit)[-1]
    back = reconstruct(run, digit[None])
    assert np.abs(last.face.astype(int) - back.images[0]).max() <= 1
    assert f"{back.figures[0].mse:.3g}"[:4] in last.views[0].note


def test_a_view_has_a_picture_for_each_map_and_a_field_for_each_row(run, digit):
    for section in sections(run, digit):
        for view in section.views:
            assert view.rows is None or len(view.rows) == view.pictures.shape[1] == view.pictures.shape[2]
            assert not view.captions or len(view.captions) == len(view.pictures)


def test_the_browser_gets_every_picture(run, digit):
    for section in sections(run, digit):
        for view in section.as_dict()["views"]:
            sprite = Image.open(io.BytesIO(b64decode(view["sprite"].partition(",")[2])))
            assert sprite.size == (view["count"] * view["width"], view["height"])


def test_only_a_network_with_switches_sends_bits_around(run, digit):
    around = sum(section.around for section in sections(run, digit))
    assert around == run.config.model.switch_bits


def test_every_window_has_one_winner_and_it_is_the_largest(digit):
    section = sections(network("one", channels=(6,)), digit)[1]
    features, switches = (
        next(view for view in section.views if view.name == name) for name in ("Features", "Switches")
    )
    coloured = (switches.pictures[..., 0] != switches.pictures[..., 2]).reshape(6, 14, 2, 14, 2).swapaxes(2, 3)
    values = features.pictures.reshape(6, 14, 2, 14, 2).swapaxes(2, 3)
    assert (coloured.sum((3, 4)) == 1).all()
    assert (values[coloured] == values.max((3, 4)).ravel()).all()
