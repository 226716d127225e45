"""The Compare page in a real browser: the divider, the histogram, the card of a network; on desktop and phone."""

import re

import pytest
from playwright.sync_api import expect

from cae.export.folder import export, zipped
from cae.runs import checkpoint
from tests.browser.chromium import PHONE
from tests.browser.screen import button, choose, in_each_theme, nothing_scrolls_sideways
from tests.browser.serving import ROOT

pytestmark = pytest.mark.browser

MEASURED = 200_000  # milliseconds: every network is measured once, on ten thousand pictures
SHIPPED = ROOT / "assets" / "models"
RANGE = re.compile(r"RMSE of ([\d.]+) to ([\d.]+)$")


@pytest.fixture
def page(server, lasting):
    return opened(lasting(f"{server.url}compare"))


def opened(page):
    """The Compare page with everything measured."""
    expect(grid(page)).to_be_visible(timeout=MEASURED)
    expect(divider(page)).to_be_visible()
    page.wait_for_function("everywhere('.frame canvas')[0]?.width === 28")
    return page


def grid(page):
    return page.get_by_role("group", name="Test pictures")


def labels(page):
    """What each picture of the grid is, in words."""
    return grid(page).get_by_role("button").evaluate_all("(all) => all.map((one) => one.ariaLabel)")


def divider(page):
    return page.get_by_role("slider", name="Divider between")


def at(page, percent):
    """Wait until the divider stands there."""
    expect(divider(page)).to_have_attribute("aria-valuenow", str(percent))


def to_the_middle(page):
    divider(page).focus()
    page.keyboard.press("Home")
    for _ in range(5):
        page.keyboard.press("PageUp")
    at(page, 50)


def seen(page):
    """The two pictures in one frame as the visitor sees them."""
    return page.locator(".frame").screenshot()


def pictures(page):
    """The two pictures of the frame as they were painted."""
    return page.evaluate("everywhere('.frame canvas').map((one) => one.toDataURL())")


def middle(page, share):
    """A place in the frame: so far from its left, half way down."""
    page.locator(".frame").scroll_into_view_if_needed()
    box = page.locator(".frame").bounding_box()
    return box["x"] + share * box["width"], box["y"] + box["height"] / 2


def test_the_divider_moves_by_key_and_changes_what_is_seen(page):
    to_the_middle(page)
    looks = [seen(page)]
    for key, place in (("ArrowRight", 52), ("ArrowLeft", 50), ("PageDown", 40), ("Home", 0), ("End", 100)):
        page.keyboard.press(key)
        at(page, place)
        looks.append(seen(page))
    assert looks[0] == looks[2]
    assert len(set(looks)) == 5


def test_the_divider_is_dragged_and_stays_where_it_is(page):
    to_the_middle(page)
    page.mouse.move(*middle(page, 0.5))
    page.mouse.down()
    page.mouse.move(*middle(page, 0.25), steps=5)
    at(page, 25)
    page.mouse.up()
    page.mouse.move(*middle(page, 0.75))
    at(page, 25)
    before = pictures(page)
    grid(page).get_by_role("button").nth(7).click()
    page.wait_for_function("(before) => everywhere('.frame canvas')[0]?.toDataURL() !== before", arg=before[0])
    at(page, 25)


def test_any_two_sides_can_be_set_against_each_other(page):
    network = pictures(page)[1]
    choose(page, "Left", "Network")
    page.wait_for_function("(network) => everywhere('.frame canvas')[0]?.toDataURL() === network", arg=network)
    expect(divider(page)).to_have_attribute("aria-label", re.compile("^Divider between .+ and PCA"))
    page.reload()
    expect(divider(page)).to_have_attribute("aria-label", re.compile("and PCA"))


def test_a_bar_shows_its_own_pictures_and_there_is_a_way_back(page):
    shows_all(page)
    everything = labels(page)
    chosen = page.locator(".histogram section").first.locator("button:enabled").nth(2)
    low, high = map(float, RANGE.search(chosen.get_attribute("aria-label")).groups())
    chosen.click()
    expect(chosen).to_have_attribute("aria-pressed", "true")
    expect(button(page, "All pictures again")).to_be_enabled()
    first = grid(page).get_by_role("button").first
    expect(first).not_to_have_attribute("aria-label", everything[0])
    figures = [float(label.split(" RMSE ")[1]) for label in labels(page)]
    assert figures
    assert all(low - 5e-4 <= figure <= high + 5e-4 for figure in figures)
    shows_all(page)
    expect(grid(page).get_by_role("button")).to_have_count(len(everything))
    expect(first).to_have_attribute("aria-label", everything[0])


def shows_all(page):
    """Leave the bar that is chosen, if one is."""
    if page.locator(".histogram button[aria-pressed=true]").count():
        button(page, "All pictures again").click()
    expect(page.locator(".histogram button[aria-pressed=true]")).to_have_count(0)


def test_bars_are_reached_by_key(page):
    shows_all(page)
    expect(page.locator(".histogram button[tabindex='0']")).to_have_count(1)
    rows = page.locator(".histogram section")
    rows.first.locator("button:enabled").first.focus()
    page.keyboard.press("ArrowRight")
    expect(rows.first.locator("button:enabled").nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1).locator("button:focus")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(rows.nth(1).locator("button[aria-pressed=true]")).to_have_count(1)
    expect(button(page, "All pictures again")).to_be_enabled()


def test_the_card_opens_and_says_how_to_repeat_the_network(page):
    run = checkpoint.load(SHIPPED / "bottleneck-32.safetensors")
    trained_with, _, _ = run.command.partition(" --out ")
    page.get_by_role("button", name="About this network").click()
    card = page.get_by_role("dialog")
    expect(card.get_by_role("code")).to_contain_text(trained_with)
    expect(card.locator(".live-chart .main-svg").first).to_be_visible()
    expect(card.locator("table.scores").first).to_contain_text("PCA 32")
    with page.expect_download() as download:
        card.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "bottleneck-32.zip"
    assert download.value.path().read_bytes() == zipped(export(run))
    card.get_by_role("button", name="Close").click()
    expect(card).to_have_count(0)


def test_two_networks_fit_on_a_phone_and_the_divider_follows_a_finger(server, visitor):
    page = opened(visitor(f"{server.url}compare?beside=Classic", PHONE))
    expect(page.locator(".lineup thead th")).to_have_text(["Original", "Bottleneck 32", "PCA 32", "Classic"])
    at(page, 50)
    finger = page.context.new_cdp_session(page)
    shares = {"light": (0.5, 0.6, 0.8), "dark": (0.8, 0.5, 0.3)}
    for theme in in_each_theme(page):
        nothing_scrolls_sideways(page)
        for kind, share in zip(
            ("touchStart", "touchMove", "touchMove", "touchEnd"), (*shares[theme], None), strict=True
        ):
            points = [] if share is None else [dict(zip("xy", middle(page, share), strict=True))]
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        at(page, round(100 * shares[theme][-1]))
