"""Helpers that act as a visitor: read the pictures on a page, draw, choose."""

import base64
import io
import math
import re
from contextlib import suppress

import numpy as np
from PIL import Image
from playwright.sync_api import TimeoutError, expect

from cae.ui.draw.pictures import NOTHING
from cae.ui.parts import palette
from cae.ui.parts.images import data_url

SEES, BACK = "What the network sees", "What comes back"
JOURNEY = '[data-by="server"] .tiles'  # the digit, its reconstruction and the difference, as the server computed them
LIVE = '[data-by="page"] .tiles'  # as the browser computed them
POINTS = "(document.querySelector('.live-chart')?.data?.[0].x.length ?? 0)"  # of the training curve
TITLES = {
    "Draw": "What does a network remember of your digit?",
    "Train": "How does it learn to remember?",
    "Runs": "Which setting made the difference?",
    "Compare": "How good is that, honestly?",
    "Switches": "Is the bottleneck really the way through?",
    "Inside": "What does each layer do to it?",
    "Latent": "Where does your digit live among the others?",
    "Damage": "Can it repair what is broken?",
    "Doubt": "Does this belong here at all?",
    "Lessons": "What shall we find out today?",
}

# What a page shows first, when it is ready. A component may live in a shadow root.
STAGES = {
    "Draw": '[data-by="server"] .tiles img',
    "Train": ".live-chart .main-svg",
    "Runs": ".live-chart .main-svg",
    "Compare": "table.scores tbody",
    "Switches": ".tiles img",
    "Inside": ".network-view canvas",
    "Latent": "canvas.map",
    "Damage": ".repair canvas",
    "Doubt": ".tiles img",
}
THEMES = {"light": palette.LIGHT, "dark": palette.DARK}
LIST_OPENS, OPENINGS = 10_000, 3  # milliseconds until the options of a list are there; how often it is opened, at most
BLACK = data_url(NOTHING)  # what the network sees of an empty canvas

# Strokes in shares of the canvas.
ONE = [(0.5, 0.15), (0.5, 0.85)]
ZERO = [(0.5 + 0.2 * math.sin(turn / 1.5), 0.5 - 0.3 * math.cos(turn / 1.5)) for turn in range(10)]
SMALL_SEVEN = [(0.06, 0.06), (0.2, 0.06), (0.11, 0.28)]  # in the upper left corner
BAR = [(0.05, 0.16), (0.3, 0.16)]  # through the stem of that seven


def shows(page, name):
    """Wait until the page called ``name`` is there: its title, in the frame with the navigation."""
    expect(page.get_by_role("heading", name=TITLES[name], level=1, exact=True)).to_be_visible()
    links = page.get_by_test_id("stSidebarNavLink")
    expect(links).to_have_text(list(TITLES))


def visit(page, name):
    """Go to another page by the navigation, as the same visitor."""
    page.mouse.move(0, 0)  # as a hand would: the explanation of a button that was just pressed may lie over the link
    page.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()
    shows(page, name)


def at_rest(page):
    """Wait until the server has nothing to say any more."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def in_each_theme(page):
    """Show the page in the light, then in the dark, as a browser that changes over; yields each theme's name."""
    for name, theme in THEMES.items():
        page.emulate_media(color_scheme=name)
        is_painted(page, theme)
        at_rest(page)
        yield name


def is_painted(page, theme):
    """Wait until the page has the background of this theme."""
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", rgb(theme.background))


def rgb(colour):
    """The colour as a browser writes it."""
    return f"rgb({', '.join(map(str, bytes.fromhex(colour.removeprefix('#'))))})"


def unfold(page, title):
    """Open what is folded under this title, if it is, and wait until it stands: a click while it grows would miss."""
    folded = page.locator("details", has_text=title)
    if not folded.evaluate("(details) => details.open"):
        page.get_by_text(title).click()
    expect(folded).to_have_js_property("open", True)
    expect(folded).to_have_js_property("style.overflow", "")


def tile(page, caption, row=JOURNEY):
    """A picture in the row that shows the journey of the visitor's digit."""
    return page.locator(row).get_by_role("img", name=caption, exact=True)


def button(page, name):
    """A button of the page itself: not the canvas's own of the same name, and none that is about to leave."""
    there = page.locator("[data-testid=stElementContainer]:not([data-stale=true]) [data-testid=stButton]")
    return there.get_by_role("button", name=name)


def nothing_scrolls_sideways(page):
    """The page is no wider than a phone's screen."""
    widths = page.evaluate(
        """["html", "[data-testid=stMain]"].map((name) => {
            const { scrollWidth, clientWidth } = document.querySelector(name)
            return [name, scrollWidth, clientWidth]
        })"""
    )
    assert all(needed <= there <= 390 for _, needed, there in widths), widths


def source(image):
    """The picture as an address, which holds the whole picture: equal addresses are equal pictures."""
    return image.evaluate("(image) => addressOf(image)")


def pixels(address):
    """The picture in a PNG data address, (H, W) or (H, W, 3), 0 to 1."""
    head, content = address.split(",", 1)
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content)))) / 255


def journey(page, row=JOURNEY):
    """What the network sees and what comes back, each (28, 28), from one and the same moment."""
    seen, back = page.locator(row).evaluate(
        "(row) => Array.from(row.querySelectorAll('img, canvas'), addressOf).slice(0, 2)"
    )
    return grey(pixels(seen)), grey(pixels(back))


def grey(picture):
    """The picture (H, W), of which a browser's own has four channels."""
    return picture if picture.ndim == 2 else picture[..., 0]


def figures(page):
    """The figures under the journey: {"MSE": 0.0012, …}."""
    found = page.locator(".figures").first
    values = [words.removesuffix(" dB") for words in found.locator("dd").all_inner_texts()]
    return dict(zip(found.locator("dt").all_inner_texts(), map(float, values), strict=True))


def choose(page, label, option):
    """Choose from a select box of the sidebar. As a visitor does, open it again if a redraw of the page closed it."""
    box, item = (
        page.get_by_role("combobox", name=re.compile(label)),
        page.get_by_role("option", name=option, exact=True),
    )
    for _ in range(OPENINGS):
        box.click()
        with suppress(TimeoutError):
            item.click(timeout=LIST_OPENS)
            return
    raise AssertionError(f"{option} could not be chosen for {label}")


def write(page, label, value):
    """Write into a text or number box, and leave it."""
    box = page.get_by_label(label, exact=True)
    box.fill(value)
    box.press("Enter")


def draw(page, *strokes):
    """Draw with the mouse; waits after each stroke until the network has seen it."""
    for stroke in strokes:
        before = drawing(page)
        pull(page, stroke)
        changed(page, before)


def pull(page, stroke):
    """Draw one stroke with the mouse, and wait for nothing."""
    first, *more = on_canvas(page, stroke)
    page.mouse.move(*first)
    page.mouse.down()
    for point in more:
        page.mouse.move(*point, steps=4)
    page.mouse.up()


def on_canvas(page, stroke):
    """The stroke in pixels of the window, once the canvas takes a stroke."""
    page.wait_for_function(TAKES_STROKES)
    canvas = page.locator("canvas.upper-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]


# For every page that a visitor opens. A component lives in a shadow root, where the document does not look.
SCRIPT = """
window.everywhere = (selector) => {
    const roots = Array.from(document.querySelectorAll("*"), (host) => host.shadowRoot).filter(Boolean)
    return [document, ...roots].flatMap((root) => Array.from(root.querySelectorAll(selector)))
}
// A picture, which may be a canvas.
window.addressOf = (image) => image.src ?? image.toDataURL()
// How white a square of the canvas is, 0 to 1.
window.ink = (x, y, width, height) => {
    const [canvas] = everywhere("canvas.dc-canvas.lower-canvas")
    if (!canvas) return NaN
    const part = [x * canvas.width, y * canvas.height, width * canvas.width, height * canvas.height]
    const { data } = canvas.getContext("2d").getImageData(...part)
    return data.filter((_, index) => index % 4 === 0).reduce((sum, red) => sum + red, 0) / (data.length / 4) / 255
}
"""

# A canvas shows the pen's cursor where a stroke may begin, and looks at the mouse to know.
TAKES_STROKES = """() => {
    const canvases = everywhere("canvas.upper-canvas")
    for (const canvas of canvases) {
        const { x, y, width, height } = canvas.getBoundingClientRect()
        const there = { clientX: x + width / 2, clientY: y + height / 2, bubbles: true }
        canvas.dispatchEvent(new MouseEvent("mousemove", there))
    }
    return canvases.length === 1 && canvases[0].style.cursor === "crosshair"
}"""


def drawing(page):
    """What the network sees, as an address."""
    return source(tile(page, SEES))


def changed(page, before):
    """Wait until the network sees another drawing than ``before``."""
    image = tile(page, SEES)
    expect(image).to_be_visible()
    expect(image).not_to_have_attribute("src", before)


def inked(page, place, yes=True):
    """Wait until the canvas itself is white, or black, around a place on it (in shares of the canvas)."""
    x, y = place
    page.wait_for_function("([x, y, ink]) => window.ink(x - 0.01, y - 0.01, 0.02, 0.02) === ink", arg=[x, y, int(yes)])


CLEAR = re.compile("^(Draw your own|Clear)$")


def clear(page):
    """Empty the canvas by its button, and wait until it is, and the pictures are black."""
    before = drawing(page)
    button(page, CLEAR).click()
    if before != BLACK:
        changed(page, before)
    expect(page.get_by_text("The canvas is empty.")).to_be_visible()
    page.wait_for_function("window.ink(0, 0, 1, 1) === 0")
