"""The canvas in a real browser, by mouse and by touch: a stroke from any place is drawn, and told to the server."""

from itertools import product

import pytest
from playwright.sync_api import TimeoutError, expect

from tests.browser.chromium import DESK, PHONE
from tests.browser.screen import BACK, clear, on_canvas, tile, unfold

pytestmark = pytest.mark.browser

SIDE = 280
GRID = [place / SIDE for place in (0.5, 46.5, 93.5, 140.5, 186.5, 233.5, 279.5)]  # of both axes, in shares
SHORT = 14 / SIDE  # a stroke from one place of the grid does not reach the next
SOON = 3000  # milliseconds: to draw takes a frame

DRAWN = "([x, y]) => window.ink(Math.floor(280 * x) / 280, Math.floor(280 * y) / 280, 1 / 280, 1 / 280) > 0.5"
# The places that have no ink in the picture "As drawn", which the server makes of the strokes that it knows.
UNTOLD = """async (places) => {
    const image = document.querySelector('.tiles img[alt="As drawn"]')
    if (!image) return places
    await image.decode()
    const paper = new OffscreenCanvas(28, 28).getContext("2d", { willReadFrequently: true })
    paper.drawImage(image, 0, 0, 28, 28)
    const at = ([x, y]) => paper.getImageData(Math.floor(28 * x), Math.floor(28 * y), 1, 1).data[0]
    return places.filter((place) => at(place) < 100)
}"""
ALL_TOLD = f"async (places) => (await ({UNTOLD})(places)).length === 0"


class Mouse:
    """Draws with the mouse."""

    options = DESK

    def __init__(self, page):
        self.page = page

    def down(self, place):
        self.page.mouse.move(*place)
        self.page.mouse.down()

    def move(self, place):
        self.page.mouse.move(*place)

    def up(self):
        self.page.mouse.up()


class Fingers:
    """Draws with the first finger; others may lie on the screen meanwhile."""

    options = PHONE

    def __init__(self, page):
        self.browser = page.context.new_cdp_session(page)
        self.touching = {}
        self.count = 0

    def down(self, place, finger="first"):
        self.count += 1  # as in Safari, no touch has the number of an earlier one
        self.touching[finger] = {"x": place[0], "y": place[1], "id": self.count}
        self._send("touchStart")

    def move(self, place, finger="first"):
        self.touching[finger] |= {"x": place[0], "y": place[1]}
        self._send("touchMove")

    def up(self, finger="first"):
        del self.touching[finger]
        self._send("touchEnd")

    def cancel(self):
        self.touching.clear()
        self._send("touchCancel")

    def _send(self, event):
        points = list(self.touching.values())
        self.browser.send("Input.dispatchTouchEvent", {"type": event, "touchPoints": points})


def start(server, visitor, tool):
    """The Draw page with an empty canvas, and the tool to draw with."""
    page = visitor(server.url, tool.options)
    expect(tile(page, BACK)).to_be_visible()
    clear(page)
    return page, tool(page)


def stroke(page, pen, places):
    first, *more = on_canvas(page, places)
    pen.down(first)
    for place in more:
        pen.move(place)
    pen.up()


def is_drawn(page, place):
    """Whether the canvas has ink at this place, or soon has."""
    try:
        page.wait_for_function(DRAWN, arg=place, timeout=SOON)
    except TimeoutError:
        return False
    return True


def lost(page, places):
    """The places where the canvas has no ink, and those where the server knows of none."""
    undrawn = [place for place in places if not is_drawn(page, place)]
    unfold(page, "Why the network does not see")
    try:
        page.wait_for_function(ALL_TOLD, arg=places, timeout=2 * SOON)
        return undrawn, []
    except TimeoutError:
        return undrawn, page.evaluate(UNTOLD, places)


@pytest.mark.parametrize("tool", [Mouse, Fingers])
def test_a_stroke_from_any_place_is_drawn_and_told(server, visitor, tool):
    page, pen = start(server, visitor, tool)
    places = list(product(GRID, GRID))
    for x, y in places:
        stroke(page, pen, [(x, y), (x, y + SHORT / 2), (x, y + SHORT)])  # straight down; from the last row, out of it
    undrawn, untold = lost(page, places)
    assert not undrawn, f"not drawn: {undrawn}"
    assert not untold, f"not told: {untold}"


@pytest.mark.parametrize("tool", [Mouse, Fingers])
def test_a_dot_at_any_corner_is_drawn_and_told(server, visitor, tool):
    page, pen = start(server, visitor, tool)
    places = list(product([GRID[0], GRID[-1]], repeat=2))
    for place in places:
        stroke(page, pen, [place])
    assert lost(page, places) == ([], [])


@pytest.mark.parametrize("tool", [Mouse, Fingers])
def test_a_stroke_may_leave_the_canvas(server, visitor, tool):
    page, pen = start(server, visitor, tool)
    stroke(page, pen, [(0.5, 0.2), (0.95, 0.2), (1.1, 0.2), (1.1, 0.5), (0.95, 0.5), (0.5, 0.5)])  # and come back
    stroke(page, pen, [(0.2, 0.2), (0.2, 0.95), (0.2, 1.3)])  # or end outside
    stroke(page, pen, [(0.6, 0.8), (0.8, 0.8)])
    assert lost(page, [(0.7, 0.2), (0.7, 0.5), (0.2, 0.6), (0.2, 0.99), (0.7, 0.8)]) == ([], [])


@pytest.mark.parametrize("elsewhere", [(0.5, -0.2), (0.9, 0.9)], ids=["beside the canvas", "on the canvas"])
def test_a_second_finger_loses_nothing(server, visitor, elsewhere):
    page, pen = start(server, visitor, Fingers)
    begin, middle, end, palm = on_canvas(page, [(0.2, 0.2), (0.5, 0.2), (0.8, 0.2), elsewhere])
    pen.down(begin)
    pen.move(middle)
    pen.down(palm, "second")
    pen.move(end)
    pen.up()
    assert is_drawn(page, (0.7, 0.2))  # although the second finger still lies there
    stroke(page, pen, [(0.2, 0.5), (0.5, 0.5), (0.8, 0.5)])
    pen.up("second")
    stroke(page, pen, [(0.2, 0.8), (0.4, 0.8), (0.6, 0.8)])
    assert lost(page, [(0.3, 0.2), (0.7, 0.2), (0.7, 0.5), (0.5, 0.8)]) == ([], [])


def test_a_cancelled_touch_loses_nothing(server, visitor):
    page, pen = start(server, visitor, Fingers)
    begin, middle, end = on_canvas(page, [(0.2, 0.2), (0.5, 0.2), (0.8, 0.2)])
    pen.down(begin)
    pen.move(middle)
    pen.move(end)
    pen.cancel()
    assert is_drawn(page, (0.7, 0.2))
    stroke(page, pen, [(0.2, 0.6), (0.5, 0.6), (0.8, 0.6)])
    assert lost(page, [(0.3, 0.2), (0.7, 0.2), (0.3, 0.6), (0.7, 0.6)]) == ([], [])
