"""The Doubt page in a real browser: strokes, challengers and controls change the verdict, which is the figure's."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from safetensors import safe_open

from cae.analysis.doubt import BOTH, ERROR
from cae.images import arrays
from cae.inference import on_thread
from cae.runs import checkpoint
from cae.ui.doubt import challengers, profile
from cae.ui.parts import test_set
from cae.ui.visitor.services import SHIPPED
from tests.browser.chromium import PHONE
from tests.browser.screen import BAR, at_rest, button, choose, nothing_scrolls_sideways, pull, shows
from tests.browser.serving import PATIENCE

pytestmark = pytest.mark.browser
SENTENCE = re.compile(r"error of ([\d.e−-]+)\. ([\d.]+) % of the test .* together, ([\d.]+) % of them are less unusual")


@pytest.fixture
def page(mnist_server, lasting):
    return opened(lasting(mnist_server.url + "doubt"))


def opened(page):
    shows(page, "Doubt")
    expect(page.get_by_text("has a reconstruction error of")).to_be_visible(timeout=3 * PATIENCE * 1000)
    at_rest(page)
    return page


def verdict(page):
    return page.get_by_text("has a reconstruction error of").inner_text()


def challenger(page, name):
    page.locator(".grid").get_by_role("button", name=name, exact=True).first.click()


@pytest.fixture
def usual(mnist):
    """The test digits as the page has them; it needs no PCA to judge."""
    return test_set.TestSet("mnist", "mnist", arrays(mnist.test.images), mnist.test.labels.numpy(), mnist.classes, None)


def test_the_verdict_on_a_challenger_is_the_figures(page, usual):
    run = checkpoint.load(SHIPPED / "bottleneck-32.safetensors")
    with safe_open(profile.FOLDER / "bottleneck-32.safetensors", "pt") as file:
        quantiles = {name: file.get_tensor(f"quantiles {name}").numpy() for name in (ERROR, BOTH)}
    known = profile.profile(run, usual, lambda share, words: None)
    for name, kind in (("Letter", "letters"), ("Rotated", "rotated"), ("Blank", "blank")):
        challenger(page, name)
        words = challengers.WORDS[kind]
        expect(page.get_by_text(f"{words[0].upper()}{words[1:]} has a reconstruction error of")).to_be_visible()
        error, below, both = SENTENCE.search(verdict(page)).groups()
        picture = on_thread(challengers._picture, kind, 0, usual, None)
        scores = known.scores(run, picture)
        assert float(error) == pytest.approx(scores[ERROR], rel=0.01)
        for shown, score in ((below, ERROR), (both, BOTH)):
            share = 100 * np.mean(quantiles[score] < np.float32(scores[score]))
            assert float(shown) == pytest.approx(min(share, 99.9), abs=0.11)


def test_a_stroke_changes_the_verdict_and_takes_it_back_from_a_challenger(page):
    challenger(page, "Noise")
    expect(page.get_by_text("Noise has a reconstruction error of")).to_be_visible()
    pull(page, BAR)
    expect(page.get_by_text("Your drawing has a reconstruction error of")).to_be_visible()
    before = verdict(page)
    pull(page, [(0.2, 0.9), (0.9, 0.9)])
    expect(page.get_by_text(before)).to_have_count(0)


def test_other_challengers_another_network_and_another_curve(page):
    challenger(page, "Letter")
    expect(page.get_by_text("A letter has a reconstruction error of")).to_be_visible()
    before = verdict(page)
    button(page, "Other challengers").click()
    challenger(page, "Letter")
    expect(page.get_by_text("A letter has a reconstruction error of")).to_be_visible()
    expect(page.get_by_text(before)).to_have_count(0)
    at_rest(page)  # a list that opens while the page is made again may be closed by it
    choose(page, "Network", "Classic")
    expect(page.get_by_text("The plain error of Classic is worst at letters: an AUROC of 0.534.")).to_be_visible()
    at_rest(page)
    assert verdict(page) != before
    newest = "document.querySelector('.live-chart')?.data?.[0].y.join()"
    page.wait_for_function(f"{newest} !== undefined")
    curve = page.evaluate(newest)
    choose(page, "Challengers", "Clothes")
    page.wait_for_function(f"(before) => {newest} !== before", arg=curve)


def test_it_fits_on_a_phone(mnist_server, visitor):
    page = opened(visitor(mnist_server.url + "doubt", PHONE))
    nothing_scrolls_sideways(page)
    expect(page.locator(".stands")).to_have_count(4)
