"""The canvas in a real browser, by mouse and by touch: a stroke from any place is drawn, and the server gets it."""

from itertools import count, product

import pytest
from playwright.sync_api import TimeoutError, expect

from tests.browser.chromium import DESK, PHONE
from tests.browser.screen import BACK, clear, on_canvas, tile, unfold

pytestmark = pytest.mark.browser

SIDE = 280
GRID = [place / SIDE for place in (0.5, 56.5, 112.5, 168.5, 224.5, 279.5)]  # of both axes, in shares
SHORT = 14 / SIDE  # a stroke from one place of the grid does not reach the next
SOON = 3000  # milliseconds: to draw takes a frame

# The places where the canvas itself has no ink.
UNDRAWN = """(places) => places.filter(([x, y]) =>
    window.ink(Math.floor(280 * x) / 280, Math.floor(280 * y) / 280, 1 / 280, 1 / 280) < 0.5)"""
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
    numbers = count(1)

    def __init__(self, page):
        self.browser = page.context.new_cdp_session(page)
        self.touching = {}

    def down(self, place, finger="first"):
        # As in Safari, no touch has the number of an earlier one.
        self.touching[finger] = {"x": place[0], "y": place[1], "id": next(self.numbers)}
        self._send("touchStart")

    def move(self, place, finger="first"):
        self.touching[finger] |= {"x": place[0], "y": place[1]}
        self._send("touchMove")

    def up(self, finger="first"):
        self._send("touchEnd", self.touching.pop(finger))

    def cancel(self):
        self.touching.clear()
        self._send("touchCancel")

    def _send(self, event, *ended):
        points = ended or list(self.touching.values())
        self.browser.send("Input.dispatchTouchEvent", {"type": event, "touchPoints": points})


def start(server, lasting, tool):
    """The Draw page with an empty canvas, and the tool to draw with."""
    page = lasting(server.url, tool.options)
    expect(tile(page, BACK)).to_be_visible()
    page.wait_for_function("everywhere('.dc-toolbar').every((one) => getComputedStyle(one).display === 'none')")
    clear(page)
    return page, tool(page)


def stroke(pen, places):
    """Draw through these places, in pixels of the window."""
    first, *more = places
    pen.down(first)
    for place in more:
        pen.move(place)
    pen.up()


def lacking(page, places, which, patience=SOON):
    """Those of the places that are still as ``which`` says when all should have ink by now."""
    try:
        page.wait_for_function(
            f"async (places) => (await ({which})(places)).length === 0", arg=places, timeout=patience
        )
    except TimeoutError:
        return page.evaluate(which, places)
    return []


def all_there(page, places):
    """The canvas has ink at all these places, and the server knows of it."""
    undrawn = lacking(page, places, UNDRAWN)
    unfold(page, "Why the network does not see")
    untold = lacking(page, places, UNTOLD, 2 * SOON)
    assert (undrawn, untold) == ([], []), f"not drawn: {undrawn}; not told: {untold}"


@pytest.mark.parametrize("tool", [Mouse, Fingers])
def test_a_stroke_from_any_place_is_drawn_and_reported(server, lasting, tool):
    page, pen = start(server, lasting, tool)
    places = list(product(GRID, GRID))
    for top, middle, bottom in zip(
        on_canvas(page, places),
        on_canvas(page, [(x, y + SHORT / 2) for x, y in places]),
        on_canvas(page, [(x, y + SHORT) for x, y in places]),  # straight down; from the last row, out of the canvas
        strict=True,
    ):
        stroke(pen, [top, middle, bottom])
    all_there(page, places)


@pytest.mark.parametrize("tool", [Mouse, Fingers])
def test_a_stroke_may_leave_the_canvas_or_be_a_dot_at_its_corner(server, lasting, tool):
    page, pen = start(server, lasting, tool)
    corners = list(product([GRID[0], GRID[-1]], repeat=2))
    for corner in on_canvas(page, corners):
        stroke(pen, [corner])
    out_and_back = [(0.5, 0.2), (0.95, 0.2), (1.1, 0.2), (1.1, 0.5), (0.95, 0.5), (0.5, 0.5)]
    for places in (out_and_back, [(0.2, 0.2), (0.2, 0.95), (0.2, 1.3)], [(0.6, 0.8), (0.8, 0.8)]):
        stroke(pen, on_canvas(page, places))
    all_there(page, [*corners, (0.7, 0.2), (0.7, 0.5), (0.2, 0.6), (0.2, 0.99), (0.7, 0.8)])


def test_a_second_finger_loses_nothing(server, lasting):
    page, pen = start(server, lasting, Fingers)
    begin, middle, end = on_canvas(page, [(0.2, 0.2), (0.5, 0.2), (0.8, 0.2)])
    beside, on_it = on_canvas(page, [(0.5, -0.2), (0.9, 0.9)])
    pen.down(begin)
    pen.move(middle)
    pen.down(beside, "second")
    pen.down(on_it, "third")
    pen.move(end)
    pen.up()
    assert lacking(page, [(0.7, 0.2)], UNDRAWN) == []  # although the others still lie there
    stroke(pen, on_canvas(page, [(0.2, 0.5), (0.5, 0.5), (0.8, 0.5)]))
    pen.up("second")
    pen.up("third")
    stroke(pen, on_canvas(page, [(0.2, 0.8), (0.4, 0.8), (0.6, 0.8)]))
    all_there(page, [(0.3, 0.2), (0.7, 0.2), (0.3, 0.5), (0.7, 0.5), (0.5, 0.8)])


def test_a_cancelled_touch_loses_nothing(server, lasting):
    page, pen = start(server, lasting, Fingers)
    begin, middle, end = on_canvas(page, [(0.2, 0.2), (0.5, 0.2), (0.8, 0.2)])
    pen.down(begin)
    pen.move(middle)
    pen.move(end)
    pen.cancel()
    assert lacking(page, [(0.7, 0.2)], UNDRAWN) == []
    stroke(pen, on_canvas(page, [(0.2, 0.6), (0.5, 0.6), (0.8, 0.6)]))
    all_there(page, [(0.3, 0.2), (0.7, 0.2), (0.3, 0.6), (0.7, 0.6)])
