"""The sections below the map: between two digits, neighbours, the search for a better code."""

import io
from dataclasses import replace

import numpy as np
import pytest
import streamlit as st
import torch
from PIL import Image

from cae.analysis.samples import FITTED, MIXTURE, STANDARD, Judged
from cae.evaluation.metrics import mse
from cae.inference import network as built
from cae.inference import on_thread
from cae.registry import Shape
from cae.ui.latent import better_code, from_nothing, neighbours, training
from cae.ui.latent.between_two import FRAMES, animation, morph
from cae.ui.parts import test_set
from cae.ui.parts.examples import example_pictures
from tests.ui.visiting import network, silent

SIX, ONE = example_pictures(Shape())[[6, 1]]


@pytest.fixture(scope="module")
def run():
    return network("sections", channels=(4, 6), code_size=5, unpooling="transpose")


def back(run, picture):
    with torch.inference_mode():
        return built(run)(torch.from_numpy(picture)[None, None] / 255)[0, 0].mul(255).round().numpy()


def test_a_morph_begins_and_ends_with_the_reconstructions_and_the_mixture_with_the_digits(run):
    found = morph(run, SIX, ONE, 5)
    assert found.decoded.shape == found.mixed.shape == (5, 28, 28)
    for place, digit in ((0, SIX), (-1, ONE)):
        assert np.abs(found.decoded[place] - back(run, digit)).max() <= 1
        assert np.array_equal(found.mixed[place], digit)
    assert np.abs(found.mixed[2] - (SIX.astype(float) + ONE) / 2).max() <= 1


def test_the_animation_goes_there_and_back_for_ever(run):
    with Image.open(io.BytesIO(animation(run, SIX, ONE))) as file:
        assert (file.format, file.n_frames, file.info["loop"]) == ("WEBP", 2 * FRAMES - 2, 0)
        assert file.size == (6 * 58, 6 * 28)
        first = np.asarray(file.convert("L"))
        assert np.array_equal(first[3::6, -6 * 28 + 3 :: 6], SIX)
        file.seek(FRAMES - 1)
        assert np.array_equal(np.asarray(file.convert("L"))[3::6, -6 * 28 + 3 :: 6], ONE)


@pytest.fixture
def pictures(few_digits):
    st.cache_resource.clear()
    yield training.training_pictures("synthetic", silent)
    st.cache_resource.clear()


def test_the_neighbours_of_a_training_picture_begin_with_itself(run, pictures):
    codes = training.training_codes(run, pictures, silent)
    assert len(codes) == len(pictures.labels) == 600
    for place in (3, 400):
        by_code, by_pixels = on_thread(neighbours._nearest, run, pictures, codes, pictures.images[place])
        assert by_code[0] == by_pixels[0] == place
        assert len(set(by_code.tolist())) == neighbours.SHOWN


def test_the_search_begins_with_the_encoders_code_and_ends_with_a_better_one(run):
    search, found = on_thread(better_code._search, run, SIX, 1.0), []
    while (now := on_thread(better_code._next, run, search, len(found))) is not None:
        found.append(now)
    assert [one.step for one in found] == list(range(0, better_code.STEPS + 1, better_code.AT_ONCE))
    assert np.abs(found[0].picture - back(run, SIX)).max() <= 1
    assert found[-1].mse < found[0].mse
    own = torch.from_numpy(SIX)[None, None] / 255
    assert float(mse(own, torch.from_numpy(found[-1].picture)[None, None] / 255)) == pytest.approx(
        found[-1].mse, abs=1e-3
    )


def test_a_network_stands_beside_the_one_that_differs_in_its_kl_term_only(monkeypatch):
    plain = network("plain", channels=(4, 6), code_size=5, unpooling="transpose")
    variational = network("variational", channels=(4, 6), code_size=5, unpooling="transpose", beta=1.0)
    smaller = network("smaller", channels=(4, 6), code_size=4, unpooling="transpose", beta=1.0)
    monkeypatch.setattr(from_nothing, "shipped", lambda: {one.name: one for one in (plain, variational, smaller)})
    assert from_nothing._partner(plain) is variational
    assert from_nothing._partner(variational) is plain
    assert from_nothing._partner(smaller) is None
    measured = replace(variational, figures={"synthetic": {"mse": 0.0123, "kl": 4.56}})
    judged = {name: Judged(distance, 0.1) for name, distance in ((STANDARD, 300.0), (FITTED, 200.0), (MIXTURE, 100.0))}
    samples = from_nothing.Samples(dict.fromkeys(judged), judged)
    assert list(from_nothing._figures(measured, samples, "synthetic").values()) == [
        "0.0123",
        "4.6",
        "300",
        "200",
        "100",
    ]
    assert list(from_nothing._figures(plain, samples, "synthetic").values())[:2] == ["not measured", "–"]
    worse = from_nothing.Samples(samples.sources, {name: Judged(2 * one.distance, 0.1) for name, one in judged.items()})
    good = replace(plain, figures={"synthetic": {"mse": 0.01}})
    told = from_nothing._verdict({good: worse, measured: samples}, "synthetic")
    gives = "the Fréchet distance of Variational is 2.0 times less than that of Plain."
    assert told == (
        f"With codes from a standard Gaussian, {gives} With codes from a fitted Gaussian, {gives} "
        f"With codes from a mixture, {gives} With the KL term, the test MSE is 1.23 times as large."
    )
    same = from_nothing._verdict({good: samples, measured: samples}, "synthetic")
    assert "With codes from a mixture, the two differ by less than 10 %." in same
    assert "Plain is 2.0 times less" in from_nothing._verdict({plain: samples, variational: worse}, "synthetic")
    assert "MSE" not in from_nothing._verdict({plain: samples, variational: worse}, "synthetic")


def test_samples_of_each_source_are_judged_beside_real_digits(run, pictures):
    test_set.forget("synthetic")
    test = test_set.load("synthetic", silent)
    codes = training.training_codes(run, pictures, silent)
    found = from_nothing._samples(run, test, pictures, codes).result(silent)
    assert list(found.sources) == [STANDARD, FITTED, MIXTURE]
    drawn = on_thread(from_nothing._drawn, run, found.sources[MIXTURE], 1)
    assert drawn.shape == (from_nothing.SHOWN, 28, 28)
    assert np.array_equal(drawn, on_thread(from_nothing._drawn, run, found.sources[MIXTURE], 1))
    assert not np.array_equal(drawn, on_thread(from_nothing._drawn, run, found.sources[MIXTURE], 2))
    # An untrained network draws no digits: real ones are nearer to other real ones.
    distances = {name: one.distance for name, one in found.judged.items()}
    assert min(distances, key=distances.get) == "Test digits"
    assert all(one.nearest > 0 for one in found.judged.values())
    test_set.forget("synthetic")
