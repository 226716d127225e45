"""The Damage page without a browser: the damage at every strength, the ways that repair it, and the words."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st

from cae.config import KINDS, TrainConfig
from cae.config.settings import settings
from cae.inference import reconstruct
from cae.registry import Shape
from cae.ui.damage import measured, repair_view, ways
from cae.ui.damage.damages import STRENGTHS, damaged
from cae.ui.networks import shipped
from cae.ui.parts.damage import TITLES, amount, damage
from cae.ui.parts.examples import example_pictures
from tests.ui.visiting import html, network

PAGE = Path(__file__).parents[3] / "pages" / "damage.py"
THREE = example_pictures(Shape())[3]


@pytest.mark.parametrize("kind", KINDS)
def test_more_strength_adds_to_the_damage_and_does_not_move_it(kind):
    found = damaged(THREE, kind, seed=4)
    assert found.shape == (len(STRENGTHS), 28, 28) and found.dtype == np.uint8
    assert np.array_equal(found[0], THREE)
    assert np.array_equal(found, damaged(THREE, kind, seed=4))
    if kind == "rows":
        changed = found != THREE
        assert (changed[1:] >= changed[:-1]).all()
    errors = np.square(found.astype(float) - THREE).mean((1, 2))
    assert errors[-1] > errors[2] > 0


def test_every_way_repairs_every_picture_that_it_is_given(test):
    plain = network("plain", channels=(2,), code_size=3, unpooling="transpose")
    trained = replace(plain, name="trained", config=replace(plain.config, corruption="rows", strength=0.25))
    given = damaged(THREE, "rows", 0)
    found = ways.repaired([plain, trained], THREE, given, "rows", test)
    assert [one.title for one in found] == ["Plain", "Trained", "Median filter", "Total variation", "PCA"]
    assert found[0].note == "never trained on damage" and found[1].note == "trained on missing rows, 7 of 28 rows"
    for one in found:
        assert one.images.shape == given.shape
        for picture, figures in zip(one.images, one.figures, strict=True):
            assert figures.mse == pytest.approx(np.square((picture - 1.0 * THREE) / 255).mean(), rel=1e-4, abs=1e-9)
    assert np.array_equal(found[0].images, reconstruct(plain, given).images)


def test_the_network_that_was_trained_for_this_damage_is_shown_first():
    plain = network("plain", channels=(2,))
    rows, mixed = (
        replace(plain, name=kind, config=replace(plain.config, corruption=kind)) for kind in ("rows", "mixed")
    )
    assert ways.best_trained([plain, rows, mixed], "rows") is rows
    assert ways.best_trained([plain, rows, mixed], "blur") is mixed
    assert ways.best_trained([plain], "blur") is plain


@pytest.mark.parametrize(
    "told",
    [None, 7, {}, {"about": "here"}, {"about": "here", "pixels": "?"}, {"about": "here", "pixels": "AAAA"}],
    ids=str,
)
def test_what_a_browser_may_say_of_the_eraser_erases_nothing_unless_it_is_sound(told, monkeypatch):
    monkeypatch.setattr(st, "session_state", {"repair_view": {"erased": told, "strength": told}})
    assert not repair_view.erased("here", 28).any()
    assert repair_view.strength() in STRENGTHS


def test_every_kind_of_the_config_has_a_title_and_an_amount():
    domain = next(about.domain for field, about in settings(TrainConfig) if field.name == "corruption")
    assert set(TITLES) | {"none"} == set(domain.options)
    assert damage("gaussian", 0.4, 28) == "Gaussian noise, standard deviation 0.4"
    assert (
        amount("blur", 0.4, 28) == "standard deviation 1.6 pixels"
        and amount("low-resolution", 0.5, 28) == "14×14 pixels"
    )


def test_where_nothing_was_measured_the_page_says_how(visit, monkeypatch, tmp_path):
    monkeypatch.setattr(measured, "FILE", tmp_path / "none.json")
    page = visit(network("plain", channels=(2,), code_size=3, unpooling="transpose"))
    assert not page.exception
    assert "This has not been measured yet" in " ".join(one.value for one in page.markdown)
    assert any("python -m cae repair" in one.value for one in page.code)


@pytest.mark.parametrize("kind", [*KINDS, "none"])
def test_every_kind_has_its_page(visit, kind):
    page = visit(network("plain", channels=(2,), code_size=3, unpooling="transpose"))
    page.selectbox(key="kind").set_value(kind).run()
    assert not page.exception
    words = " ".join(one.value for one in page.markdown)
    assert ("Choose another damage" if kind == "none" else "the damaged test pictures have an MSE of") in words
    assert html(page) is not None and shipped.shipped()
