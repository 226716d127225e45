"""The way through the pages: each ends with a link to the next question, which brings its network along."""

import pytest
from playwright.sync_api import expect

from cae.ui.parts.next_question import WAY
from tests.browser.chromium import PHONE
from tests.browser.screen import STAGES, at_rest, in_each_theme, nothing_scrolls_sideways, shows

pytestmark = pytest.mark.browser

FINGER = 44  # pixels
FORBIDDEN = """
window.forbidden = []
document.addEventListener("securitypolicyviolation", (event) => {
    window.forbidden.push(`${event.effectiveDirective} ${event.blockedURI}`)
})
"""


def next_link(page):
    return page.locator(".st-key-next").get_by_role("link")


def test_the_way_leads_through_all_pages_and_back_to_the_first():
    there, seen = "draw", []
    while there not in seen:
        seen.append(there)
        there = WAY[there].page
    assert there == "draw" and set(seen) == set(WAY)


def leads_on(page):
    """Follow the links from Draw through all pages and back; yields at the end of each page."""
    for name, step in WAY.items():
        name = name.capitalize()
        shows(page, name)
        link = next_link(page)
        expect(link).to_have_text(f"{step.question} → {step.page.capitalize()}", timeout=120_000)
        if name in STAGES:
            expect(page.locator(STAGES[name]).first).to_be_visible()
        at_rest(page)
        yield link
        link.click()
    shows(page, "Draw")


def test_every_page_leads_on_under_a_finger_and_needs_nothing_that_its_policy_forbids(mnist_server, visitor):
    page = visitor("about:blank", {**PHONE, "bypass_csp": False})
    page.add_init_script(FORBIDDEN)
    page.goto(mnist_server.url)
    for link in leads_on(page):
        assert link.bounding_box()["height"] >= FINGER
        for _ in in_each_theme(page):
            nothing_scrolls_sideways(page)
    assert page.evaluate("window.forbidden") == []
    elsewhere = "https://elsewhere.example/x.png"
    page.evaluate("(address) => { document.body.append(Object.assign(new Image(), { src: address })) }", elsewhere)
    expect(page.locator(f"img[src='{elsewhere}']")).to_be_attached()
    assert page.evaluate("window.forbidden") == [f"img-src {elsewhere}"]


def test_the_next_page_takes_the_network_over(mnist_server, visitor):
    page = visitor(f"{mnist_server.url}inside?inside=Bottleneck+8")
    for name in ("Latent", "Damage", "Doubt"):
        expect(next_link(page)).to_contain_text(name, timeout=120_000)
        at_rest(page)
        next_link(page).click()
        shows(page, name)
    expect(page.get_by_role("combobox", name="Network")).to_have_value("Bottleneck 8")
