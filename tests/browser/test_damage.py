"""The Damage page in a real browser: the eraser, the slider and every control change the picture."""

import base64

import numpy as np
import pytest
from playwright.sync_api import expect

from cae.inference import reconstruct
from cae.runs import checkpoint
from cae.ui.visitor.services import SHIPPED
from tests.browser.chromium import PHONE
from tests.browser.screen import at_rest, button, choose, nothing_scrolls_sideways, shows
from tests.browser.serving import PATIENCE

pytestmark = pytest.mark.browser
# Of the first canvas like this: its red, each pixel once.
PIXELS = """(selector) => {
    const [canvas] = everywhere(selector)
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
    return Array.from(data.filter((_, at) => at % 4 === 0))
}"""
BY = "everywhere('.repair')[0]?.dataset.by === '{}'"
CHOSEN = ".way[aria-pressed=true]"


@pytest.fixture
def page(mnist_server, lasting):
    return opened(lasting(mnist_server.url + "damage"))


def opened(page):
    shows(page, "Damage")
    by(page, "server", 3)
    return page


def by(page, who, patience=1):
    page.wait_for_function(BY.format(who), timeout=patience * PATIENCE * 1000)


def picture(page, name):
    return np.reshape(page.evaluate(PIXELS, f"canvas.{name}"), (28, 28)).astype(np.uint8)


def changes(page, name, before):
    """Wait until this canvas shows another picture."""
    page.wait_for_function(
        f"([selector, before]) => ({PIXELS})(selector).join() !== before.join()",
        arg=[f"canvas.{name}", before.ravel().tolist()],
    )


def erased(page, columns):
    """Wait until the damaged picture is black in these columns of its two middle rows."""
    places = [28 * row + column for row in (13, 14) for column in columns]
    page.wait_for_function(
        f"([selector, places]) => places.every((place) => ({PIXELS})(selector)[place] === 0)",
        arg=["canvas.damaged", places],
    )


def rub(page, *places):
    """Move over the damaged picture with the button down; it stays down."""
    canvas = page.locator("canvas.damaged")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    for number, (x, y) in enumerate(places):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        if number == 0:
            page.mouse.down()


def title(page):
    return page.locator(f"{CHOSEN} strong").inner_text()


def shown_by(page, run):
    """What this network makes of the damaged picture that the page shows."""
    return reconstruct(run, picture(page, "damaged")[None]).images[0]


def test_the_eraser_changes_the_repair_while_it_moves_and_the_server_then_says_the_same(page):
    run = checkpoint.load(SHIPPED / "denoiser-32.safetensors")
    assert title(page) == run.title
    assert np.abs(shown_by(page, run).astype(int) - picture(page, "repaired")).max() <= 1
    before = picture(page, "repaired")
    rub(page, (0.3, 0.3), (0.7, 0.3))
    by(page, "page")
    changes(page, "repaired", before)
    row = picture(page, "damaged")[8]
    assert not row[9:19].any()
    rub_on = picture(page, "repaired")
    rub_more = page.locator("canvas.damaged").bounding_box()
    page.mouse.move(rub_more["x"] + 0.5 * rub_more["width"], rub_more["y"] + 0.8 * rub_more["height"])
    changes(page, "repaired", rub_on)  # while the button is still down
    page.mouse.up()
    by(page, "server")
    assert np.abs(shown_by(page, run).astype(int) - picture(page, "repaired")).max() <= 1
    expect(page.locator(".damage-note")).to_contain_text("MSE")
    rubbed = picture(page, "repaired")
    page.get_by_role("button", name="Bring it all back").click()
    changes(page, "repaired", rubbed)
    by(page, "server")
    expect(page.get_by_role("button", name="Bring it all back")).to_be_disabled()


def test_the_eraser_has_keys(page):
    canvas = page.get_by_role("application", name="Damaged")
    whole = picture(page, "damaged")
    canvas.focus()
    page.keyboard.press("Space")
    changes(page, "damaged", whole)
    erased(page, range(13, 15))
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    erased(page, range(13, 19))
    by(page, "server")
    before = picture(page, "damaged")
    page.get_by_role("button", name="Bring it all back").press("Enter")
    changes(page, "damaged", before)
    by(page, "server")
    assert (picture(page, "damaged") == whole).all()


def test_the_slider_and_a_click_on_a_way_change_the_picture(page):
    before = picture(page, "damaged"), picture(page, "repaired")
    slider = page.get_by_role("slider", name="Strength")
    slider.press("ArrowRight")
    changes(page, "damaged", before[0])
    changes(page, "repaired", before[1])
    expect(page.locator(".strength output")).to_have_text("standard deviation 0.45")
    slider.press("ArrowLeft")
    for name in ("Median filter", "Total variation", "PCA", "Bottleneck 32", "Restorer 32"):
        before = picture(page, "repaired")
        page.locator(".way", has_text=name).first.click()
        changes(page, "repaired", before)
        assert title(page) == name


def test_every_choice_changes_the_picture(page):
    before = picture(page, "damaged")
    button(page, "Damage it anew").click()
    changes(page, "damaged", before)
    for kind in ("Salt and pepper", "A black rectangle", "Missing rows", "Blur", "Low resolution"):
        before = picture(page, "damaged")
        choose(page, "Damage", kind)
        changes(page, "damaged", before)
        expect(page.get_by_text(f"With {kind[0].lower()}{kind[1:]} (")).to_be_visible()
    choose(page, "Damage", "Only what you erase")
    page.wait_for_function("everywhere('.strength')[0].hidden")
    assert np.array_equal(picture(page, "damaged"), picture(page, "original"))
    before = picture(page, "original")
    page.get_by_role("button", name="Test picture 3,", exact=False).or_(
        page.locator(".grid button").nth(2)
    ).first.click()
    changes(page, "original", before)
    choose(page, "Network", "Classic")
    expect(page.locator(".way strong").first).to_have_text("Classic")
    at_rest(page)


def test_a_finger_erases_on_a_phone_and_nothing_scrolls_sideways(mnist_server, visitor):
    page = opened(visitor(mnist_server.url + "damage?kind=A+black+rectangle", PHONE))
    expect(page.get_by_text("With a black rectangle (")).to_be_visible()
    nothing_scrolls_sideways(page)
    before = picture(page, "damaged")
    canvas = page.locator("canvas.damaged")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    touch = page.context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", [(0.3, 0.5)]),
        ("touchMove", [(0.7, 0.5)]),
        ("touchMove", [(0.7, 0.7)]),
        ("touchEnd", []),
    ):
        places = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})
    changes(page, "damaged", before)
    by(page, "server")
    assert base64.b64encode(picture(page, "damaged").tobytes()) != base64.b64encode(before.tobytes())
