"""The Draw page on a phone: drawing with a finger, and nothing that is wider than the screen."""

import pytest
from playwright.sync_api import expect

from tests.browser.screen import (
    BACK,
    SEES,
    SMALL_SEVEN,
    button,
    changed,
    clear,
    drawing,
    nothing_scrolls_sideways,
    on_canvas,
    tile,
)

pytestmark = pytest.mark.browser


def pull_with_a_finger(page, stroke):
    """Draw one stroke by touch."""
    first, *more = [{"x": x, "y": y} for x, y in on_canvas(page, stroke)]
    finger = page.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [first]})
    for last, point in zip([first, *more], more, strict=False):
        halfway = {axis: (last[axis] + point[axis]) / 2 for axis in "xy"}
        for place in (halfway, point):
            finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [place]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_drawing_with_a_finger(server, visitor, phone):
    page = visitor(server.url, phone)
    expect(tile(page, BACK)).to_be_visible()
    nothing_scrolls_sideways(page)
    clear(page)
    nothing_scrolls_sideways(page)
    on_canvas(page, SMALL_SEVEN)
    top = page.locator("canvas.upper-canvas").bounding_box()
    empty = drawing(page)
    pull_with_a_finger(page, SMALL_SEVEN)
    changed(page, empty)
    assert page.locator("canvas.upper-canvas").bounding_box() == top  # the page stays where it was
    seven = drawing(page)
    pull_with_a_finger(page, [(0.05, 0.16), (0.3, 0.16)])
    changed(page, seven)
    button(page, "Undo").tap()
    expect(tile(page, SEES)).to_have_attribute("src", seven)
    nothing_scrolls_sideways(page)
