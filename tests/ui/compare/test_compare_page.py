"""The Compare page as a visitor sees it, also without data."""

from html import escape
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cae.ui.networks import shipped
from cae.ui.parts.figures import DEFINITIONS
from tests.ui.visiting import html, markdown, network

PAGE = Path(__file__).parents[3] / "pages" / "compare.py"


@pytest.fixture
def visit(few_digits, monkeypatch):
    """A function: the shipped networks, what the address says → the page, run once."""
    st.cache_resource.clear()

    def visit(*runs, query=None):
        monkeypatch.setattr(shipped, "shipped", lambda: {run.name: run for run in runs})
        page = AppTest.from_file(PAGE, default_timeout=60)
        page.query_params.update(query or {})
        return page.run()

    yield visit
    st.cache_resource.clear()


def lineup(page):
    """The table beside the large picture."""
    return next(one.proto.body for one in page.get("html") if "lineup" in one.proto.body)


def test_figures_of_the_network_stand_over_those_of_pca(visit):
    page = visit(network("small", code_size=8, unpooling="transpose"))
    assert not page.exception
    assert not page.warning
    scores = html(page)
    assert scores.index(">Small<") < scores.index(">PCA 8<")
    assert "Nothing bypasses it" in scores
    assert "…" not in scores
    assert "200 pictures of synthetic digits" in markdown(page)


def test_switches_are_never_without_their_budget(visit):
    page = visit(network("helped", code_size=8))
    assert "not compression" in html(page)
    assert "more than its code" in markdown(page)


def test_a_second_network_brings_its_own_pca(visit):
    page = visit(network("one", code_size=8), network("two", code_size=16))
    assert "PCA 16" not in html(page)
    page.sidebar.selectbox(key="beside").select("two").run()
    assert not page.exception
    assert all(f">{title}<" in html(page) for title in ("One", "PCA 8", "Two", "PCA 16"))


def test_a_network_stands_not_beside_itself(visit):
    page = visit(network("one", code_size=8), network("two", code_size=16))
    page.sidebar.selectbox(key="beside").select("two").run()
    page.sidebar.selectbox(key="network").select("two").run()
    assert not page.exception
    assert page.sidebar.selectbox(key="beside").value != "two"


def test_without_network_the_page_goes_on_with_synthetic_digits(visit, no_network, tmp_path, monkeypatch):
    monkeypatch.setenv("CAE_DATA_DIR", str(tmp_path))
    page = visit(network("small", dataset="mnist", code_size=8))
    assert not page.exception
    assert len(page.warning) == 1
    assert str(tmp_path) not in page.warning[0].value
    assert "200 pictures of synthetic digits" in markdown(page)
    page.button[0].click().run()
    assert len(page.warning) == 1


@pytest.mark.parametrize("key", ["class", "order", "by"])
def test_every_choice_shows_pictures(visit, key):
    page = visit(network("small", code_size=8))
    for option in page.button_group(key=key).options[1:]:
        page.button_group(key=key).select(option).run()
        assert not page.exception


def test_the_large_picture_has_everyone_with_their_figures(visit):
    page = visit(network("one", code_size=8), network("two", code_size=16))
    page.sidebar.selectbox(key="beside").select("two").run()
    table = lineup(page)
    assert [table.count(f'alt="{title}"') for title in ("One", "PCA 8", "Two", "PCA 16")] == [1] * 4
    assert table.count('alt="Original, labelled ') == 1
    assert table.count('alt="Difference of') == 4
    for name, meaning in DEFINITIONS.values():
        assert f'title="{escape(meaning)}">{name}' in table
    assert table.count("<b>") >= 4  # the best of each figure


def test_every_class_has_a_row_with_everyone_in_it(visit):
    page = visit(network("one", code_size=8))
    chart = next(one.proto.body for one in page.get("html") if "classes" in one.proto.body)
    assert chart.count('<th scope="row">') == 10
    assert chart.count('aria-label="One: median') == chart.count('aria-label="PCA 8: median') == 10
    assert "Hardest for One: **" in markdown(page)


def test_any_two_sides_can_be_chosen_but_not_the_same(visit):
    page = visit(network("one", code_size=8))
    assert page.selectbox(key="right").value == "Network"
    for left in ("Original", "Network", "PCA"):
        page.selectbox(key="left").select(left).run()
        assert not page.exception
        assert set(page.selectbox(key="right").options) == {"Original", "Network", "PCA"} - {left}
        assert page.selectbox(key="right").value != left


def test_a_choice_of_sides_outlives_another_network_that_has_them(visit):
    page = visit(network("one", code_size=8), network("two", code_size=16), network("classic", channels=(16, 32)))
    page.selectbox(key="right").select("PCA").run()
    page.sidebar.selectbox(key="network").select("two").run()
    assert page.selectbox(key="right").value == "PCA"
    page.sidebar.selectbox(key="network").select("classic").run()
    assert not page.exception
    assert page.selectbox(key="right").value == "Network"


@pytest.mark.parametrize("key", ["left", "right", "class", "order", "by", "beside", "network", "pictures"])
def test_an_address_may_say_anything(visit, key):
    page = visit(network("one", code_size=8), query={key: "nonsense"})
    assert not page.exception
    assert lineup(page)


def test_choices_come_from_the_address(visit):
    page = visit(network("one", code_size=8), query={"left": "Network", "right": "PCA", "by": "SSIM", "order": "Worst"})
    assert (page.selectbox(key="left").value, page.selectbox(key="right").value) == ("Network", "PCA")
    assert (page.button_group(key="by").value, page.button_group(key="order").value) == ("ssim", "Worst")


def test_without_any_network_the_page_says_so(visit):
    page = visit()
    assert not page.exception
    assert "train one" in page.info[0].value
