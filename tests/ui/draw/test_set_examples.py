"""Draw starts from a picture of the network's own data set where that is nothing that anybody draws."""

from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st

from cae.config import ModelConfig, TrainConfig
from cae.drawing.drawing import Drawing, drawn_path
from cae.drawing.examples import FIRST_EXAMPLE, example_strokes
from cae.ui.draw import set_examples
from cae.ui.networks import words

CLOTHES = TrainConfig(dataset="fashion-mnist")
PICTURES = np.arange(10, dtype=np.uint8)[:, None, None] * np.ones((28, 28), np.uint8)
EXAMPLE = Drawing(example_strokes(FIRST_EXAMPLE), from_example=True)
STROKE = (drawn_path([[10, 10], [50, 90]], 20),)


@pytest.fixture
def page(monkeypatch):
    """The session, the grids that were shown, and whether the digits' examples were."""
    shown = SimpleNamespace(session={}, grids=[], digits=0)

    def grid(rows, **how):
        shown.grids.append(how)

    def digits():
        shown.digits += 1

    monkeypatch.setattr(st, "session_state", shown.session)
    monkeypatch.setattr(st, "caption", lambda words: None)
    monkeypatch.setattr(set_examples, "digit_grid", grid)
    monkeypatch.setattr(set_examples, "examples", digits)
    monkeypatch.setattr(set_examples, "held_out_if_there", lambda name, shape: PICTURES)
    return shown


def click(page, place):
    page.session[page.grids[-1]["key"]] = {"selected": place}


def test_a_network_of_digits_starts_from_digits(page):
    assert set_examples.example_or_drawing(TrainConfig(), EXAMPLE) is None
    assert page.digits == 1 and not page.grids


def test_without_the_data_set_on_disk_there_are_digits(page, monkeypatch):
    monkeypatch.setattr(set_examples, "held_out_if_there", lambda name, shape: None)
    assert set_examples.example_or_drawing(CLOTHES, EXAMPLE) is None
    assert page.digits == 1


def test_it_starts_from_the_first_picture_a_click_chooses_another_and_a_stroke_takes_the_drawing(page):
    assert np.array_equal(set_examples.example_or_drawing(CLOTHES, EXAMPLE), PICTURES[0])
    click(page, 4)
    assert np.array_equal(set_examples.example_or_drawing(CLOTHES, EXAMPLE), PICTURES[4])
    assert np.array_equal(set_examples.example_or_drawing(CLOTHES, EXAMPLE), PICTURES[4])
    drawn = EXAMPLE.reported(STROKE)
    assert set_examples.example_or_drawing(CLOTHES, drawn) is None
    assert page.grids[-1]["selected"] is None
    assert set_examples.example_or_drawing(CLOTHES, drawn) is None
    click(page, 4)
    assert np.array_equal(set_examples.example_or_drawing(CLOTHES, drawn), PICTURES[4])


def test_whoever_has_drawn_already_sees_their_drawing(page):
    assert set_examples.example_or_drawing(CLOTHES, Drawing(STROKE)) is None


def test_it_is_said_what_a_network_of_clothes_knows_of_drawings():
    assert words.of_drawings(TrainConfig()) == words.of_drawings(TrainConfig(dataset="kmnist")) == ""
    told = words.of_drawings(CLOTHES)
    assert "the clothes of Fashion-MNIST only" in told and "never met a drawing" in told
    own = TrainConfig(model=ModelConfig((4,)), dataset="folder:/home/me/cats")
    assert "one person's own" in words.of_drawings(own) and "/home" not in words.of_drawings(own)
