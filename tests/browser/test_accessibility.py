"""Every page without a mouse, without sight, or with little of it: axe-core's rules, names, keys, focus and motion."""

import re
from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError, expect

from tests.browser.accessibility import LOOKS, MOST_STOPS, grave, moving, nameless, stops
from tests.browser.chromium import DESK, PHONE
from tests.browser.screen import SEES, THEMES, TITLES, at_rest, changed, drawing, is_painted, rgb, shows, tile, visit
from tests.browser.serving import PATIENCE

pytestmark = pytest.mark.browser

SIZES = [one["viewport"] for one in (DESK, PHONE)]
# Every size in every theme, with as few changes of the theme as can be: one takes as long as the rules.
LOOKED_AT = [(SIZES[0], "light"), (SIZES[0], "dark"), (SIZES[1], "dark"), (SIZES[1], "light")]
CHANGES = 4  # of the theme, at most, until all follow
NO_WORDS_IN = """(colour) => Array.from(document.querySelectorAll("[data-testid=stMain] :is(p, label, button)"))
    .every((one) => getComputedStyle(one).color !== colour)"""
FOLDED = "[data-testid=stMain] details:not([open]) > summary"


@pytest.fixture
def page(server, lasting):
    page = lasting(server.url)
    page.set_viewport_size(DESK["viewport"])
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return page


def tab_to(page, name):
    """Press Tab until what begins with this name has the focus; behind the end of the page, from its beginning."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("nameOf(focused())").startswith(name):
            return
    raise AssertionError(f"Tab does not lead to {name}")


def test_a_network_is_trained_without_a_mouse(page):
    page.evaluate(LOOKS)
    shows(page, "Draw")
    expect(tile(page, SEES)).to_be_visible()
    at_rest(page)

    for name, *keys in (("Draw your own",), ("Start from a 0", "ArrowRight", "ArrowRight"), ("Undo",)):
        before = drawing(page)
        tab_to(page, name)
        for key in (*keys, "Enter"):
            page.keyboard.press(key)
        changed(page, before)
        at_rest(page)
    expect(page.get_by_role("img", name="The canvas, empty")).to_be_visible()

    tab_to(page, "Train")
    page.keyboard.press("Enter")
    shows(page, "Train")
    for name, value, in_address in (("Data set", "synthetic", "dataset=synthetic"), ("Channels", "2,2", "channels=2")):
        tab_to(page, name)
        page.keyboard.press("Control+a")
        page.keyboard.type(value)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(in_address))
        at_rest(page)
    tab_to(page, "Start training")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Done:")).to_be_visible(timeout=2 * PATIENCE * 1000)
    expect(page.get_by_role("code")).to_contain_text("--channels 2,2 --dataset synthetic")


def finished(page):
    at_rest(page)
    expect(page.locator(".st-key-next")).to_be_visible(timeout=3 * PATIENCE * 1000)
    expect(page.locator("[data-testid=stMain] :is([data-testid=stSpinner], .waiting)")).to_have_count(0)
    at_rest(page)


def in_theme(page, name):
    """Show the page in the theme called ``name``, and wait until no words have the colour of the other one.

    Streamlit sometimes leaves an element as it was; another change of the theme takes it along.
    """
    (other,) = (theme for theme in THEMES if theme != name)
    for _ in range(CHANGES):
        page.emulate_media(color_scheme=name, reduced_motion="reduce")
        is_painted(page, THEMES[name])
        at_rest(page)
        with suppress(TimeoutError):
            page.wait_for_function(NO_WORDS_IN, arg=rgb(THEMES[other].text), timeout=5_000)
            return
        page.emulate_media(color_scheme=other, reduced_motion="reduce")
        is_painted(page, THEMES[other])
    raise AssertionError(f"some words keep the colour of the {other} theme")


@pytest.mark.parametrize("name", TITLES)
def test_every_page_is_for_everyone(page, name):
    visit(page, name)
    finished(page)
    assert any(stops(page))
    while page.locator(FOLDED).count():
        page.locator(FOLDED).first.click()
        finished(page)
    assert not nameless(page)
    assert not moving(page)
    found = []
    for place, (size, theme) in enumerate(LOOKED_AT):
        page.set_viewport_size(size)
        in_theme(page, theme)
        # Names and headings are the same everywhere; colours are not.
        found += [f"{size['width']} pixels, {theme}: {one}" for one in lasting_faults(page, colours_only=place > 0)]
    assert not found, "\n".join(found)


def lasting_faults(page, colours_only):
    """What axe-core finds; and again, if it found something, because another theme may run the page once more."""
    if found := grave(page, colours_only):
        page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))")
        expect(page.locator("[data-stale=true]")).to_have_count(0)
        at_rest(page)
        found = grave(page, colours_only)
    return found
