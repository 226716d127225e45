"""The Inside page in a real browser: every section, view and unit can be reached by mouse and keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import PHONE
from tests.browser.screen import (
    ZERO,
    at_rest,
    choose,
    clear,
    draw,
    in_each_theme,
    nothing_scrolls_sideways,
    shows,
    unfold,
    visit,
)

pytestmark = pytest.mark.browser

PICTURES = "() => everywhere('.input canvas, .maps canvas').map((one) => one.toDataURL()).join()"


def pictures(page):
    return page.evaluate(PICTURES)


def changes(page, before):
    """Wait until the open section shows other pictures."""
    page.wait_for_function(f"(before) => ({PICTURES})() !== before", arg=before)


@pytest.fixture
def page(server, lasting):
    """The Inside page as one comes to it from another one, with nothing chosen yet."""
    page = lasting(server.url + "lessons")
    visit(page, "Lessons")
    inside(page)
    return page


def inside(page):
    visit(page, "Inside")
    expect(page.locator(".description")).to_contain_text("Its value")


def test_a_drawn_digit_is_carried_over_and_flows_through_every_section_and_view(page):
    before = pictures(page)
    visit(page, "Draw")
    clear(page)
    draw(page, ZERO)
    inside(page)
    changes(page, before)
    for place in range(page.locator(".block").count()):
        block = page.locator(".block").nth(place)
        if block.get_attribute("aria-pressed") != "true":
            before = pictures(page)
            block.click()
            changes(page, before)
        for view in range(1, page.locator(".tab").count()):
            before = pictures(page)
            page.locator(".tab").nth(view).click()
            changes(page, before)
        expect(block).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".note")).not_to_be_empty()


def test_pointing_at_a_unit_frames_what_it_sees(page):
    description, cell = page.locator(".description"), page.locator(".cell .frame").nth(2)
    box = cell.bounding_box()
    page.mouse.move(box["x"] + 1, box["y"] + 1)
    expect(description).to_contain_text("Row 1, column 1 of map 3 sees 2×2 pixels")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(description).to_contain_text("sees 3×3 pixels")
    field, digit = page.locator(".field").bounding_box(), page.locator(".input canvas").bounding_box()
    assert field["width"] == pytest.approx(digit["width"] * 3 / 28, abs=1)


def test_without_a_mouse_the_arrows_go_from_place_to_place_and_from_unit_to_unit(page):
    page.locator(".block").nth(1).focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".block").nth(2)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".block").nth(2)).to_be_focused()
    description = page.locator(".description")
    expect(description).to_contain_text("Row 8, column 8 of map 1")
    page.locator(".maps").focus()
    for key, words in (("ArrowDown", "Row 9, column 8 of map 1"), ("PageDown", "Row 9, column 8 of map 2")):
        page.keyboard.press(key)
        expect(description).to_contain_text(words)


def test_another_shape_is_another_picture_and_can_be_trained(page):
    expect(page.locator(".block")).to_have_count(6)
    unfold(page, "Change its shape")
    page.get_by_role("textbox", name="Channels").fill("4,6,8")
    page.get_by_role("textbox", name="Channels").press("Enter")
    expect(page.locator(".block")).to_have_count(8)
    page.get_by_role("textbox", name="Code size").fill("5")
    page.get_by_role("textbox", name="Code size").press("Enter")
    expect(page.get_by_role("button", name="The code 5 numbers")).to_be_visible()
    expect(page.locator(".arcs path")).to_have_count(3)
    at_rest(page)  # a list that opens while the page is made again may be closed by it
    choose(page, "Unpooling", "transpose")
    expect(page.locator(".arcs path")).to_have_count(0)
    expect(page.get_by_text("Nobody has trained a network of this shape")).to_be_visible()
    page.get_by_role("link", name="Train this network").click()
    shows(page, "Train")
    expect(page.get_by_role("textbox", name="Channels")).to_have_value("4,6,8")
    expect(page.get_by_role("textbox", name="Code size")).to_have_value("5")


def test_on_a_phone_the_whole_network_fits_on_the_screen(server, visitor):
    page = visitor(f"{server.url}inside", PHONE)
    expect(page.locator(".description")).to_contain_text("Its value")
    for _ in in_each_theme(page):
        nothing_scrolls_sideways(page)
        row = page.locator(".row").bounding_box()
        last = page.locator(".block").last.bounding_box()
        assert last["x"] + last["width"] <= row["x"] + row["width"] + 1 <= page.viewport_size["width"]


def test_an_unknown_network_in_the_address_is_left_out(server, visitor):
    page = visitor(f"{server.url}inside?inside=nobody")
    expect(page.locator(".description")).to_contain_text(re.compile("sees"))
