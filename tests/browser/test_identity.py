"""A visitor's identity survives a reload and a change of page, and belongs to one tab."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screen import BACK, button, shows, tile, visit

pytestmark = pytest.mark.browser
LONG = "train?batch_size=1024&dataset=synthetic&epochs=100"
KEPT = "sessionStorage.getItem('cae-visitor')"
IDENTITY = re.compile("[0-9a-f]{32}")
BLOCKED = """Object.defineProperty(window, "sessionStorage", {
    get() { throw new DOMException("The operation is insecure.", "SecurityError") }
})"""
NO_IDENTITIES = ["<img src=x onerror=alert(1)>", "a" * 10_000, "null", "", "0123456789ABCDEF" * 2]


def identity(page):
    """What the tab keeps, once it keeps something."""
    return page.wait_for_function(KEPT).json_value()


def starts(page):
    shows(page, "Train")
    button(page, "Start training").click()
    trains(page)


def trains(page):
    expect(page.get_by_text(re.compile(r"Epoch \d+ of 100"))).to_be_visible()


def stops(page):
    button(page, "Stop").click()
    expect(page.get_by_text("Stopped:")).to_be_visible()


def test_it_survives_a_reload_and_a_change_of_page_and_is_not_in_the_address(server, visitor):
    page = visitor(server.url)
    shows(page, "Draw")
    first = identity(page)
    assert IDENTITY.fullmatch(first)
    expect(page.locator(".st-key-visitor-tab")).to_be_hidden()
    visit(page, "Lessons")
    assert identity(page) == first
    page.reload()
    shows(page, "Lessons")
    assert identity(page) == first
    assert first not in page.url

    other = visitor(server.url + "lessons")  # another tab is another visitor
    own = identity(other)
    assert own != first

    for words in NO_IDENTITIES:  # whatever else lies in its place gives way to an identity
        other.evaluate("(words) => sessionStorage.setItem('cae-visitor', words)", words)
        other.reload()
        shows(other, "Lessons")
        other.wait_for_function(f"/^[0-9a-f]{{32}}$/.test({KEPT})")
        assert identity(other) != own
    visit(other, "Draw")
    expect(tile(other, BACK)).to_be_visible()


def test_a_browser_that_keeps_nothing_can_do_everything_but_come_back(server, visitor):
    page = visitor("about:blank")
    page.add_init_script(BLOCKED)
    page.goto(server.url + LONG)
    starts(page)
    visit(page, "Draw")
    expect(tile(page, BACK)).to_be_visible()
    visit(page, "Train")
    stops(page)
    page.reload()
    expect(page.get_by_text("Not started")).to_be_visible()
