"""Settings that do not fit: a sentence instead of a run, and a page that stays whole."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screen import button, shows, write

pytestmark = pytest.mark.browser


def test_what_does_not_fit_leaves_the_page_whole_and_is_a_sentence_until_it_is_mended(server, visitor):
    page = visitor(server.url + "train?learning_rate=1e6&epochs=inf&batch_size=-3&unpooling=sideways&channels=8")
    shows(page, "Train")
    expect(button(page, "Start training")).to_be_enabled()

    # Values out of range in the address are left out.
    expect(page.get_by_label("Channels", exact=True)).to_have_value("8")
    expect(page.get_by_label("Epochs", exact=True)).to_have_value("1")
    assert 0 < float(page.get_by_label("Learning rate", exact=True).input_value()) <= 1
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    page.wait_for_url("**/train?channels=8")

    # What a visitor writes is not: it waits until it is mended.
    chart = page.locator(".live-chart")
    chart.evaluate("chart => (chart.isTheFirst = true)")
    write(page, "Channels", "banana")
    expect(page.get_by_test_id("stAlert")).to_have_text(
        "Channels is banana; it must be one to 4 whole numbers from 1 to 128, such as 16,32."
    )
    expect(button(page, "Start training")).to_be_disabled()
    write(page, "Channels", "8, 4")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    expect(button(page, "Start training")).to_be_enabled()
    assert chart.evaluate("chart => chart.isTheFirst")  # nothing was rebuilt for a sentence
    page.wait_for_url(re.compile(r"/train\?channels=8[^&]*4\b"))
