"""The registry: the shapes that a picture can have, and what is known of each data set."""

import pytest

from cae.data.sources import SOURCES
from cae.registry import DATASETS, OWN, Shape, class_names, option, title, yours


@pytest.mark.parametrize(("side", "channels"), [(15, 1), (65, 1), (28, 2), (28, 4), (28.0, 1), (True, 1), (28, True)])
def test_a_shape_that_cannot_be_had_is_refused(side, channels):
    with pytest.raises(ValueError, match=r"it must be (a whole number from 16 to 64|1 \(grey\) or 3 \(colour\))\."):
        Shape(side, channels)


def test_a_shape_says_what_it_is():
    assert str(Shape()) == "28×28 pixels in grey" and str(Shape(32, 3)) == "32×32 pixels in colour"
    assert (Shape(32, 3).values, Shape(32, 3).bits, Shape(32, 3).array) == (3072, 24_576, (32, 32, 3))
    assert (Shape().values, Shape().array) == (784, (28, 28))


def test_every_data_set_has_files_or_is_drawn_here():
    assert set(DATASETS) - set(SOURCES) == {"synthetic"}


def test_every_class_has_a_name_of_its_own():
    for about in DATASETS.values():
        assert len(set(about.classes)) == len(about.classes) >= 10


def test_what_a_visitor_draws_is_called_a_digit_only_where_it_is_one():
    assert yours("mnist") == yours("synthetic") == "your digit"
    assert {yours(name) for name in ("fashion-mnist", "emnist-letters", "cifar-10", "svhn", OWN)} == {"your drawing"}


def test_own_pictures_have_a_title_and_bring_their_classes_with_them():
    assert title(OWN) == "an upload" and option(OWN) == "own pictures" and option("mnist") == "MNIST"
    assert title("folder:/home/me/cats") == "a folder"
    assert class_names(OWN) == ()
