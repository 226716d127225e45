"""The Compare page as a visitor meets it, and where something is missing."""

from pathlib import Path

import pytest

from tests.ui.visiting import html, network, said

PAGE = Path(__file__).parents[2] / "pages" / "compare.py"


def test_figures_of_the_network_stand_over_those_of_pca(visit):
    page = visit(network("small", code_size=8, unpooling="transpose"))
    assert not page.exception
    assert not page.warning
    scores = html(page)
    assert scores.index(">Small<") < scores.index(">PCA 8<")
    assert "Nothing goes around it" in scores
    assert "…" not in scores
    assert "200 pictures of synthetic digits" in said(page)


def test_switches_are_never_without_their_budget(visit):
    page = visit(network("helped", code_size=8))
    assert "not compression" in html(page)
    assert "more than its code" in said(page)


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
    assert "200 pictures of synthetic digits" in said(page)
    page.button[0].click().run()
    assert len(page.warning) == 1


@pytest.mark.parametrize("key", ["class", "order", "by"])
def test_every_choice_shows_pictures(visit, key):
    page = visit(network("small", code_size=8))
    for option in page.button_group(key=key).options[1:3]:
        page.button_group(key=key).select(option).run()
        assert not page.exception


def test_without_any_network_the_page_says_so(visit):
    page = visit()
    assert not page.exception
    assert "train one" in page.info[0].value
