"""The Switches page as a visitor meets it, with every control moved."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cae.config import ModelConfig, TrainConfig
from cae.model import ConvAutoencoder
from cae.run import Run
from cae.ui import models

PAGE = Path(__file__).parents[2] / "pages" / "switches.py"
OPTIONS = {
    "code": ("own", "zero", "average", "other"),
    "switches": ("own", "fixed", "shuffled", "other"),
    "other": (0, 1, 2, 3),
}


def network(name, **model):
    built = ConvAutoencoder(ModelConfig(channels=(4, 6), **model))
    weights = {name: value.numpy() for name, value in built.state_dict().items()}
    return Run(TrainConfig(model=built.config, dataset="synthetic"), name=name, weights=weights)


@pytest.fixture
def visit(few_digits, monkeypatch):
    """A function: the shipped networks → the page, run once."""
    st.cache_resource.clear()

    def visit(*runs):
        monkeypatch.setattr(models, "shipped", lambda: {run.name: run for run in runs})
        return AppTest.from_file(PAGE, default_timeout=60).run()

    yield visit
    st.cache_resource.clear()


def html(page):
    return "".join(one.proto.body for one in page.get("html"))


def said(page):
    return " ".join(one.value for one in page.markdown)


def test_the_budget_has_a_bar_for_the_image_the_code_and_every_pooling(visit):
    page = visit(network("helped", code_size=2))
    assert not page.exception
    bars = html(page)
    assert all(words in bars for words in ("6,272 bits", "64 bits", "1,568 bits", "588 bits"))
    assert bars.count("Around it, pooling") == 2


def test_a_network_without_switches_says_that_nothing_goes_around(visit):
    page = visit(network("honest", code_size=2, unpooling="transpose"))
    assert not page.exception
    assert "no switches" in html(page) and "Yes: nothing goes around" in said(page)
    assert page.button_group(key="switches").disabled


@pytest.mark.parametrize(
    ("key", "unpooling"),
    [("code", "switches"), ("switches", "switches"), ("other", "switches"), ("code", "transpose"), ("other", "fixed")],
)
def test_every_control_changes_the_picture(visit, key, unpooling):
    page = visit(network("one", code_size=8, unpooling=unpooling))
    page.button_group(key="code").set_value("other" if key == "other" else "own").run()
    seen = set()
    for option in OPTIONS[key]:
        page.button_group(key=key).set_value(option).run()
        assert not page.exception
        seen.add(page.get("html")[-1].proto.body)
    assert len(seen) == 4
