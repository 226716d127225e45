"""A drawn digit goes to the Switches page, and every control there changes what comes back."""

import pytest
from playwright.sync_api import expect

from tests.browser.screen import ZERO, clear, draw, shows, visit

pytestmark = pytest.mark.browser

OWN, RESULT = '.tiles img[alt="Your digit"]', '.tiles img[alt="What comes back"]'


def test_a_drawn_digit_is_carried_over_and_every_control_changes_the_picture(server, visitor):
    page = visitor(server.url)
    shows(page, "Draw")
    visit(page, "Switches")
    result = page.locator(RESULT)
    expect(result).to_be_visible()
    example = page.locator(OWN).last.get_attribute("src")
    visit(page, "Draw")
    clear(page)
    draw(page, ZERO)
    visit(page, "Switches")
    expect(page.locator(OWN).last).not_to_have_attribute("src", example)
    for group, choices in (("code", ["Its own", "Zeros", "The other's"]), ("switches", ["Fixed", "Shuffled"])):
        for choice in choices:
            before = result.get_attribute("src")
            page.locator(f".st-key-{group}").get_by_text(choice, exact=True).click()
            expect(result).not_to_have_attribute("src", before)
    before = result.get_attribute("src")
    page.locator(".st-key-other").get_by_text("5", exact=True).click()
    expect(result).not_to_have_attribute("src", before)
    page.close()
