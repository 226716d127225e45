"""The methods that are compared, and the pictures that are shown."""

import numpy as np
import pytest

from cae.config import ModelConfig, TrainConfig
from cae.runs.figures import Figures
from cae.runs.run import Run
from cae.ui.compare.methods import SHOWN, arranged, methods
from cae.ui.parts.test_set import Measured


def network(name, **model):
    return Run(TrainConfig(model=ModelConfig(**model)), name=name)


def squeezed(name, size):
    return network(name, code_size=size, unpooling="transpose")


def result(mse):
    return Measured(np.zeros((0, 28, 28), np.uint8), {}, Figures(mse, mse**0.5, 20.0, 0.9))


def titles(*runs):
    return [one.title for one in methods(*runs)]


def test_every_network_meets_pca_of_its_own_size_once():
    assert titles(squeezed("one", 8), None) == ["One", "PCA 8"]
    assert titles(squeezed("one", 8), squeezed("two", 8)) == ["One", "PCA 8", "Two"]
    assert titles(squeezed("one", 8), squeezed("two", 16)) == ["One", "PCA 8", "Two", "PCA 16"]


def test_no_pca_is_as_large_as_the_picture():
    assert titles(network("classic"), None) == ["Classic"]
    assert titles(network("classic"), squeezed("two", 16)) == ["Classic", "Two", "PCA 16"]


def test_every_network_comes_with_its_information_budget():
    compared = methods(network("classic"), network("small", code_size=8))
    assert all("not compression" in one.note for one in compared if one.run)


@pytest.fixture
def measured():
    labels = np.arange(1000) % 10
    worth = np.random.default_rng(0).random(1000).astype(np.float32)
    return labels, Measured(
        np.zeros((1000, 28, 28), np.uint8),
        {"mse": worth**2, "rmse": worth, "psnr": -20 * np.log10(worth), "ssim": 1 - worth},
        result(0.1).figures,
    )


def test_all_classes_stand_side_by_side_in_every_row(measured):
    labels, results = measured
    for order in ("As they come", "Best", "Worst"):
        places = arranged(labels, results, order, "rmse")
        assert len(places) == SHOWN
        assert [labels[place] for place in places] == list(range(10)) * 4
    assert arranged(labels, results, "As they come", "rmse") == list(range(SHOWN))


@pytest.mark.parametrize("metric", ["mse", "rmse", "psnr", "ssim"])
def test_best_has_the_least_error_and_worst_the_most(measured, metric):
    labels, results = measured
    of_class = np.flatnonzero(labels == 3)
    by_error = of_class[np.argsort(results.each["rmse"][of_class])]
    assert arranged(labels, results, "Best", metric, 3) == by_error[:SHOWN].tolist()
    assert arranged(labels, results, "Worst", metric, 3) == by_error[::-1][:SHOWN].tolist()


def test_a_part_shows_its_own_pictures_only_of_all_classes_or_of_one(measured):
    labels, results = measured
    part = (results.each["rmse"] > 0.2) & (results.each["rmse"] < 0.22)
    places = arranged(labels, results, "Worst", "rmse", part=part)
    assert set(places) == set(np.flatnonzero(part))
    assert results.each["rmse"][places].tolist() == sorted(results.each["rmse"][part].tolist(), reverse=True)
    threes = arranged(labels, results, "As they come", "rmse", 3, part)
    assert threes == [place for place in np.flatnonzero(part) if labels[place] == 3]


def test_what_each_is_here_does_not_depend_on_its_name():
    def roles(*runs):
        return [one.role for one in methods(*runs)]

    assert roles(squeezed("one", 8), squeezed("two", 16)) == ["Network", "PCA", "Second network", "Second PCA"]
    assert roles(squeezed("one", 8), squeezed("two", 8)) == ["Network", "PCA", "Second network"]
    assert roles(network("classic"), squeezed("two", 16)) == ["Network", "Second network", "Second PCA"]
