"""The Switches page in a real browser: whichever digit is chosen, everything follows it; nothing blinks or jumps."""

import re

import pytest
from playwright.sync_api import expect

from cae.ui.switches.study_rows import KINDS
from tests.browser.chromium import PHONE
from tests.browser.screen import (
    TITLES,
    ZERO,
    clear,
    draw,
    in_each_theme,
    nothing_scrolls_sideways,
    shows,
    source,
    unfold,
    visit,
    write,
)

pytestmark = pytest.mark.browser

RESULT = '.tiles img[alt="What comes back"]'
LINES = "document.querySelector('.live-chart')?.data?.map((line) => line.name).join()"


@pytest.fixture
def page(server, lasting):
    """The Switches page with the visitor's own digit chosen."""
    page = lasting(server.url + "switches")
    if "/switches" not in page.url:
        visit(page, "Switches")
    shows(page, "Switches")
    if chosen(page).get_attribute("aria-label") != "Yours":
        digits(page).first.click()
    expect(own(page)).to_be_visible()
    return page


def own(page, caption="Your digit"):
    """The digit in the last row of pictures, under its caption."""
    return page.locator(f'.tiles img[alt="{caption}"]').last


def digits(page):
    """The row of digits to choose from."""
    return page.get_by_role("group", name="Your drawing and test pictures").get_by_role("button")


def chosen(page):
    """Which of them is marked, in words."""
    return page.get_by_role("group", name="Your drawing and test pictures").locator("[aria-pressed=true]")


def test_a_drawn_digit_is_carried_over_and_every_control_changes_the_picture(page):
    result = page.locator(RESULT)
    expect(result).to_be_visible()
    example = source(own(page))
    visit(page, "Draw")
    clear(page)
    draw(page, ZERO)
    visit(page, "Switches")
    expect(own(page)).not_to_have_attribute("src", example)
    for group, choices in (("code", ["Its own", "Zeros", "The other's"]), ("switches", ["Fixed", "Shuffled"])):
        for choice in choices:
            before = source(result)
            page.locator(f".st-key-{group}").get_by_text(choice, exact=True).click()
            expect(result).not_to_have_attribute("src", before)
    before = source(result)
    page.locator(".st-key-other").get_by_text("5", exact=True).click()
    expect(result).not_to_have_attribute("src", before)


def test_a_test_picture_is_chosen_by_a_click_by_its_number_and_by_the_address(page):
    expect(chosen(page)).to_have_accessible_name("Yours")
    number = page.get_by_label("Test picture", exact=True)

    digits(page).nth(4).click()
    expect(number).not_to_have_value("")
    clicked = f"Test picture {int(number.input_value()):,}, a 3"
    expect(own(page, clicked)).to_be_visible()
    expect(chosen(page)).to_have_accessible_name(clicked)
    expect(page.locator('.tiles img[alt="Your digit"]')).to_have_count(0)

    write(page, "Test picture", "17")
    expect(chosen(page)).to_have_accessible_name(re.compile("^Test picture 17, "))
    caption = chosen(page).get_attribute("aria-label")
    expect(own(page, caption)).to_be_visible()
    expect(page).to_have_url(re.compile(r"picture=17\b"))

    page.get_by_role("button", name="Other pictures").click()
    expect(chosen(page)).to_have_count(0)
    expect(own(page, caption)).to_be_visible()  # until another one is clicked
    page.reload()
    expect(chosen(page)).to_have_accessible_name(caption)
    expect(own(page, caption)).to_be_visible()

    digits(page).first.focus()
    page.keyboard.press("Enter")
    expect(own(page)).to_be_visible()
    expect(number).to_have_value("")
    expect(page).not_to_have_url(re.compile("picture="))


def test_the_chart_of_the_study_stays_while_all_else_changes_and_tells_its_figures(page):
    names = [name for name, _ in KINDS.values()]
    page.wait_for_function(f"{LINES} === '{','.join([*names, 'PCA'])}'")
    chart = page.locator(".live-chart")
    expect(chart.locator(".errorbar")).to_have_count(18)
    chart.locator(".main-svg").first.evaluate("(node) => { window.first = node }")
    digits(page).nth(4).click()
    expect(page.locator('.tiles img[alt="Your digit"]')).to_have_count(0)
    unfold(page, "All 18 rows")
    page.locator(".st-key-size").get_by_text("none", exact=True).click()
    expect(page.get_by_role("code")).to_contain_text("--code-size none --unpooling switches")
    assert chart.locator(".main-svg").first.evaluate("(node) => node === window.first && node.isConnected")

    chart.scroll_into_view_if_needed()
    plot = chart.locator(".nsewdrag").first.bounding_box()
    page.mouse.move(plot["x"] + 1, plot["y"] + plot["height"] / 2)
    page.mouse.move(plot["x"] + plot["width"] / 12, plot["y"] + plot["height"] / 2)  # the first of six
    hover_label = chart.locator(".hoverlayer")
    expect(hover_label).to_contain_text("Numbers in the code 1")
    for name in names:
        expect(hover_label).to_contain_text(re.compile(rf"{name} : 0\.\d+, spread [\d.e-]+, SSIM 0\.\d+"))
    expect(hover_label).to_contain_text(re.compile(r"PCA : 0\.\d+, SSIM 0\.\d+"))


def test_nothing_is_wider_than_a_phone(server, visitor):
    page = visitor(server.url + "switches", PHONE)
    expect(page.get_by_role("heading", name=TITLES["Switches"], level=1)).to_be_visible()
    expect(page.locator(".exchanged td").last).not_to_have_text("…")
    unfold(page, "All 18 rows")
    expect(page.locator(".study")).to_be_visible()
    for _ in in_each_theme(page):
        nothing_scrolls_sideways(page)
