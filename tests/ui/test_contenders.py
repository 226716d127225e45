"""Who is compared with whom, what is said of it, and which pictures show it."""

import numpy as np
import pytest

from cae.config import ModelConfig, TrainConfig
from cae.metrics import Figures
from cae.run import Run
from cae.ui.contenders import SHOWN, answer, arranged, contenders
from cae.ui.testset import Measured, TestSet

TestSet.__test__ = False  # pytest would take it for a test


def network(name, **model):
    return Run(TrainConfig(model=ModelConfig(**model)), name=name)


def squeezed(name, size):
    return network(name, code_size=size, unpooling="transpose")


def result(mse):
    return Measured(np.zeros((0, 28, 28), np.uint8), {}, Figures(mse, mse**0.5, 20.0, 0.9))


DIGITS = TestSet("mnist", np.zeros((10_000, 28, 28), np.uint8), np.zeros(10_000, int), None)


def titles(*runs):
    return [one.title for one in contenders(*runs)]


def test_every_network_meets_pca_of_its_own_size_once():
    assert titles(squeezed("one", 8), None) == ["One", "PCA 8"]
    assert titles(squeezed("one", 8), squeezed("two", 8)) == ["One", "PCA 8", "Two"]
    assert titles(squeezed("one", 8), squeezed("two", 16)) == ["One", "PCA 8", "Two", "PCA 16"]


def test_no_pca_is_as_large_as_the_picture():
    assert titles(network("classic"), None) == ["Classic"]
    assert titles(network("classic"), squeezed("two", 16)) == ["Classic", "Two", "PCA 16"]


def test_every_network_comes_with_its_information_budget():
    lined_up = contenders(network("classic"), network("small", code_size=8))
    assert all("not compression" in one.note for one in lined_up if one.run)


@pytest.mark.parametrize(
    ("network_mse", "pca_mse", "words"),
    [(0.01, 0.05, "**5.0 times smaller**"), (0.05, 0.01, "**5.0 times larger**"), (0.05, 0.051, "**hardly smaller**")],
)
def test_the_answer_says_who_is_better_and_by_how_much(network_mse, pca_mse, words):
    said = answer(contenders(squeezed("one", 8), None), [result(network_mse), result(pca_mse)], DIGITS)
    assert words in said
    assert "10,000 pictures of MNIST" in said


def test_the_answer_does_not_praise_what_goes_around_the_code():
    lined_up = contenders(network("helped", code_size=8), None)
    assert "more than its code" in answer(lined_up, [result(0.001), result(0.03)], DIGITS)


def test_the_answer_says_why_there_is_no_pca():
    said = answer(contenders(network("classic"), None), [result(0.001)], DIGITS)
    assert "1,568 numbers" in said
    assert "copy every picture perfectly" in said


@pytest.fixture
def measured():
    labels = np.arange(1000) % 10
    worth = np.random.default_rng(0).random(1000).astype(np.float32)
    return labels, Measured(np.zeros((1000, 28, 28), np.uint8), {"rmse": worth, "ssim": 1 - worth}, result(0.1).figures)


def test_all_classes_stand_side_by_side_in_every_row(measured):
    labels, results = measured
    for order in ("As they come", "Best", "Worst"):
        places = arranged(labels, results, order, "rmse")
        assert len(places) == SHOWN
        assert [labels[place] for place in places] == list(range(10)) * 4
    assert arranged(labels, results, "As they come", "rmse") == list(range(SHOWN))


@pytest.mark.parametrize("metric", ["rmse", "ssim"])
def test_best_has_the_least_error_and_worst_the_most(measured, metric):
    labels, results = measured
    of_class = np.flatnonzero(labels == 3)
    by_error = of_class[np.argsort(results.each["rmse"][of_class])]
    assert arranged(labels, results, "Best", metric, 3) == by_error[:SHOWN].tolist()
    assert arranged(labels, results, "Worst", metric, 3) == by_error[::-1][:SHOWN].tolist()
