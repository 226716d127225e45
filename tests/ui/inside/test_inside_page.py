"""The Inside page as a visitor sees it, also with an architecture that is not allowed."""

from pathlib import Path

import pytest

from cae.drawing.drawing import Drawing
from cae.ui.visitor.sketch import Sketch
from tests.ui.visiting import network

PAGE = Path(__file__).parents[3] / "pages" / "inside.py"


def caption(page):
    return page.main.caption[-1].value


def widget(page, name):
    """A setting of the network's shape."""
    return next(one for one in (*page.text_input, *page.selectbox) if one.key.endswith(f"-{name}"))


def test_the_network_is_shown_with_its_cost(visit):
    page = visit(network("small", channels=(4, 6), code_size=8, unpooling="transpose"))
    assert not page.exception
    assert "Nothing bypasses it" in caption(page) and "8 numbers" in caption(page)
    assert not page.info


def test_a_blank_canvas_shows_an_example(visit):
    page = visit(network("small"))
    page.session_state["sketch"] = Sketch(Drawing(()))
    page.run()
    assert not page.exception
    assert "empty" in page.info[0].value


@pytest.mark.parametrize(("name", "value"), [("channels", "900"), ("code_size", "many")])
def test_a_shape_that_cannot_be_gets_a_sentence_and_the_network_stays(visit, name, value):
    page = visit(network("small", channels=(4, 6)))
    before = caption(page)
    widget(page, name).set_value(value).run()
    assert not page.exception
    assert len(page.error) == 1
    assert caption(page) == before


def test_a_stride_leaves_no_switches_and_says_so(visit):
    page = visit(network("small", channels=(4, 6)))
    widget(page, "pooling").select("stride").run()
    assert not page.exception
    assert "pooling is stride" in page.error[0].value
