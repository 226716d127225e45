"""The sentences of the Compare page agree with its figures."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cae.config import ModelConfig, TrainConfig
from cae.registry import class_names
from cae.runs.figures import Figures
from cae.runs.run import Run
from cae.ui.compare.answer import answer, by_class
from cae.ui.compare.bins import Interval
from cae.ui.compare.methods import methods
from cae.ui.parts.test_set import Measured, TestSet

TestSet.__test__ = False  # pytest would take it for a test


def network(name, dataset="mnist", **model):
    return Run(TrainConfig(model=ModelConfig(**model), dataset=dataset), name=name)


def squeezed(name, size, dataset="mnist"):
    return network(name, dataset, code_size=size, unpooling="transpose")


def result(mse):
    return Measured(np.zeros((0, 28, 28), np.uint8), {}, Figures(mse, mse**0.5, 20.0, 0.9))


def spread(*medians):
    return [None if middle is None else Interval(middle / 2, middle, middle * 2) for middle in medians]


DIGITS = TestSet(
    "mnist", "mnist", np.zeros((10_000, 28, 28), np.uint8), np.zeros(10_000, int), class_names("mnist"), None
)


@pytest.mark.parametrize(
    ("network_mse", "pca_mse", "words"),
    [(0.01, 0.05, "**5.0 times smaller**"), (0.05, 0.01, "**5.0 times larger**"), (0.05, 0.051, "**hardly smaller**")],
)
def test_the_answer_says_who_is_better_and_by_how_much(network_mse, pca_mse, words):
    sentence = answer(methods(squeezed("one", 8), None), [result(network_mse), result(pca_mse)], DIGITS)
    assert words in sentence
    assert "10,000 pictures of MNIST" in sentence


def test_the_answer_does_not_praise_what_bypasses_the_code():
    compared = methods(network("helped", code_size=8), None)
    assert "more than its code" in answer(compared, [result(0.001), result(0.03)], DIGITS)


def test_the_answer_says_why_there_is_no_pca():
    sentence = answer(methods(network("classic"), None), [result(0.001)], DIGITS)
    assert "1,568 numbers" in sentence
    assert "copy every picture perfectly" in sentence


def test_the_answer_sets_two_networks_side_by_side():
    compared = methods(squeezed("one", 8), squeezed("two", 16))
    sentence = answer(compared, [result(0.01), result(0.05), result(0.02), result(0.03)], DIGITS)
    assert "of One is **2.0 times smaller** than that of Two, 0.0200" in sentence


def test_the_answer_says_which_of_two_was_helped():
    compared = methods(squeezed("one", 8), network("classic"))
    sentence = answer(compared, [result(0.01), result(0.05), result(0.001)], DIGITS)
    assert "**10.0 times larger**" in sentence and "But 9,408 bits of switches bypass the code of Classic." in sentence
    both = methods(network("classic"), network("other"))
    assert "bypass" not in answer(both, [result(0.01), result(0.02)], DIGITS)


def test_the_answer_says_who_was_trained_on_other_pictures():
    own = answer(methods(squeezed("one", 8), None), [result(0.01), result(0.05)], DIGITS)
    assert "trained on" not in own
    strange = answer(methods(squeezed("one", 8, "synthetic"), None), [result(0.01), result(0.05)], DIGITS)
    assert "But One was trained on synthetic digits, PCA on MNIST." in strange


@pytest.mark.parametrize(("metric", "hardest", "easiest"), [("rmse", "2", "1"), ("psnr", "1", "2"), ("ssim", "1", "2")])
def test_the_hardest_class_has_the_most_error_or_the_least_quality(metric, hardest, easiest):
    compared = methods(squeezed("one", 8), None)
    sentence = by_class(compared, [spread(0.2, 0.1, 0.3), spread(0.4, 0.4, 0.1)], DIGITS.classes, metric)
    assert f"Hardest for One: **{hardest}**" in sentence
    assert f"Easiest: **{easiest}**" in sentence
    assert ("in 2 of the 3" if metric == "rmse" else "in 1 of the 3") in sentence


def test_classes_are_counted_in_which_the_network_does_better_than_pca():
    compared = methods(squeezed("one", 8), None)
    all_of_them = by_class(compared, [spread(0.1, 0.2), spread(0.2, 0.3)], DIGITS.classes, "rmse")
    assert "in all 2 classes" in all_of_them
    none = by_class(compared, [spread(0.2, 0.3), spread(0.2, 0.3)], DIGITS.classes, "rmse")
    assert "in none of the 2 classes" in none
    alone = by_class(methods(network("classic"), None), [spread(0.1, 0.2)], DIGITS.classes, "rmse")
    assert "better" not in alone


def test_a_class_without_pictures_is_neither_hard_nor_easy():
    assert by_class(methods(network("classic"), None), [spread(None, 0.2, None)], DIGITS.classes, "rmse") == ""


def test_the_name_of_a_class_is_text_and_nothing_else():
    sentence = by_class(methods(network("one"), None), [spread(0.1, 0.2)], (":red[a]", "[b](https://e.x)"), "mse")
    assert r"**\[b\]\(https\:\/\/e\.x\)**" in sentence and r"**\:red\[a\]**" in sentence


def classes():
    import numpy as np

    from cae.ui.compare.choices import choose_showing
    from cae.ui.parts.test_set import TestSet

    pictures, labels = np.zeros((2, 28, 28), np.uint8), np.arange(2)
    choose_showing(TestSet("folder:own", "key", pictures, labels, (":red[a]", "![b](https://e.x)"), None))


def test_neither_is_it_on_a_button():
    shown = [option.content for option in AppTest.from_function(classes).run().get("button_group")[0].proto.options]
    assert shown == ["All", r"\:red\[a\]", r"\!\[b\]\(https\:\/\/e\.x\)"]
