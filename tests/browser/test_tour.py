"""The tour of the first page: offered once, and only to a browser that is new; with keys, and on a phone."""

import pytest
from playwright.sync_api import expect

from cae.ui.draw.tour import STOPS
from tests.browser.chromium import DESK, PHONE, new_context
from tests.browser.screen import BACK, CLEAR, at_rest, button, shows, tile, visit

pytestmark = pytest.mark.browser
FINGER = 44  # pixels


@pytest.fixture
def newcomer(browser, server):
    """A function: options → the Draw page in a browser that has never been here."""
    contexts, errors = [], []

    def newcomer(options=DESK):
        contexts.append(new_context(browser, options, first_visit=True))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
        page.goto(server.url)
        shows(page, "Draw")
        return page

    yield newcomer
    for context in contexts:
        context.close()
    assert not errors, "\n".join(errors)


def offer(page):
    return page.get_by_role("button", name="Two-minute tour")


def card(page, number):
    """The card of a stop, once it is there."""
    card = page.get_by_role("dialog", name=STOPS[number].title)
    expect(card).to_be_visible()
    return card


def box(locator):
    found = locator.bounding_box()
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


def meet(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_it_is_offered_once_covers_nothing_and_is_skipped(newcomer):
    page = newcomer()
    expect(offer(page)).to_be_visible()
    expect(tile(page, BACK)).to_be_visible()
    for thing in (page.get_by_role("heading", level=1), page.locator(".st-key-canvas"), tile(page, BACK)):
        assert not meet(box(offer(page)), box(thing))
    page.get_by_role("button", name="Skip", exact=True).click()
    expect(offer(page)).to_be_hidden()
    visit(page, "Runs")
    visit(page, "Draw")
    expect(tile(page, BACK)).to_be_visible()
    expect(offer(page)).to_be_hidden()
    page.reload()
    shows(page, "Draw")
    expect(tile(page, BACK)).to_be_visible()
    expect(offer(page)).to_be_hidden()

    visit(page, "Lessons")  # where it can be taken again
    page.get_by_role("link", name="Take the two-minute tour").click()
    shows(page, "Draw")
    card(page, 0)
    expect(page).not_to_have_url("tour")
    page.get_by_role("button", name="End the tour").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    visit(page, "Runs")
    visit(page, "Draw")
    expect(tile(page, BACK)).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_it_goes_by_keys_and_the_page_can_be_used_meanwhile(newcomer):
    page = newcomer()
    expect(tile(page, BACK)).to_be_visible()
    at_rest(page)
    offer(page).focus()
    page.keyboard.press("Enter")
    expect(card(page, 0)).to_be_focused()
    button(page, CLEAR).click()
    expect(page.get_by_text("The canvas is empty.")).to_be_visible()
    card(page, 0).focus()
    for number in range(1, len(STOPS)):
        for _ in range(3 if number > 1 else 2):  # past "End the tour" and "Back", which the first card cannot go
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(card(page, number)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_on_a_phone_no_card_covers_what_it_speaks_of(newcomer):
    page = newcomer(PHONE)
    expect(tile(page, BACK)).to_be_visible()
    at_rest(page)
    for thing in (page.get_by_role("heading", level=1), page.locator(".st-key-canvas"), tile(page, BACK)):
        assert not meet(box(offer(page)), box(thing))
    offer(page).tap()
    for number, stop in enumerate(STOPS):
        there = card(page, number)
        shown = box(there)
        assert shown[0] >= 0 and shown[2] <= 390 and shown[3] <= 844
        ring = box(page.locator(".ring"))
        assert not meet(shown, ring), stop.title
        onward = there.get_by_role("button", name="Done" if number == len(STOPS) - 1 else "Next")
        assert onward.bounding_box()["height"] >= FINGER
        onward.tap()
    expect(page.get_by_role("dialog")).to_be_hidden()
