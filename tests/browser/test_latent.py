"""The Latent page in a real browser: the map, the decoder under the pointer, the star that follows the pen."""

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from cae.analysis.latent import codes, decode
from cae.runs import checkpoint
from cae.ui.visitor.services import SHIPPED
from tests.browser.chromium import PHONE
from tests.browser.screen import CLEAR, ONE, ZERO, at_rest, button, choose, nothing_scrolls_sideways, pull, shows
from tests.browser.serving import PATIENCE

pytestmark = pytest.mark.browser
GREY_LEVEL = 1.001 / 255
# Of the canvas with this class: its pixels, each once.
PIXELS = """(name) => {
    const [canvas] = everywhere(`canvas.${name}`)
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
    return Array.from(data.filter((_, at) => at % 4 === 0))
}"""
PLACE = "everywhere('.place')[0].textContent"
# The darkest places of the map are the star, in the light theme, but for the names of the axes at its left and lower
# edge: their middle, in shares of the map.
STAR = """() => {
    const [map] = everywhere("canvas.map")
    const { data } = map.getContext("2d").getImageData(0, 0, map.width, map.height)
    const dark = []
    for (let y = 0; y < map.height - 24; y++)
        for (let x = 24; x < map.width; x++) {
            const [red, green, blue, alpha] = data.subarray(4 * (y * map.width + x))
            if (alpha === 255 && red + green + blue < 130) dark.push(y * map.width + x)
        }
    const mean = (of) => dark.reduce((sum, at) => sum + of(at), 0) / dark.length
    return [mean((at) => at % map.width) / map.width, mean((at) => Math.floor(at / map.width)) / map.height]
}"""


@pytest.fixture
def page(mnist_server, lasting):
    return opened(lasting(mnist_server.url + "latent"))


def opened(page):
    shows(page, "Latent")
    page.wait_for_function(f"everywhere('.place').length && {PLACE}", timeout=2 * PATIENCE * 1000)
    return page


def decoded(page):
    return np.reshape(page.evaluate(PIXELS, "decoded"), (28, 28)) / 255


def changes(page, before):
    """Wait until the decoder draws something else; returns it."""
    page.wait_for_function(f"(before) => ({PIXELS})('decoded').join() !== before.join()", arg=before)
    return decoded(page)


def levels(picture):
    return np.rint(255 * picture).astype(int).ravel().tolist()


def point(page, x, y):
    """Move the mouse to a place of the map, in shares of it."""
    box = page.locator(".map").bounding_box()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


def test_the_star_is_the_visitors_digit_and_the_decoder_draws_its_reconstruction(page):
    expect(page.locator(".classes button")).to_have_text([str(digit) for digit in range(10)])
    run = checkpoint.load(SHIPPED / "bottleneck-2.safetensors")
    model = checkpoint.build(run)
    code = torch.tensor([[float(one.replace("−", "-").replace(",", "")) for one in place(page)]])
    with torch.inference_mode():
        expected = decode(model, code)[0, 0].numpy()
    assert np.abs(decoded(page) - expected).max() < 0.1  # the place is shown with three digits


def place(page):
    """The two numbers of the place, as they are shown."""
    return page.evaluate(PLACE).removeprefix("at ").split(", ")


def test_the_decoder_draws_what_the_pointer_is_at_and_the_digit_again_when_it_leaves(page):
    own = decoded(page)
    point(page, 0.6, 0.8)
    there = changes(page, levels(own))
    point(page, 0.3, 0.4)
    changes(page, levels(there))
    page.mouse.move(5, 5)
    page.wait_for_function(f"(before) => ({PIXELS})('decoded').join() === before.join()", arg=levels(own))


def test_a_click_holds_a_place_and_another_lets_it_go(page):
    own = decoded(page)
    point(page, 0.6, 0.8)
    changes(page, levels(own))
    page.mouse.down()
    page.mouse.up()
    held = place(page)
    point(page, 0.3, 0.4)
    page.mouse.move(5, 5)
    assert place(page) == held
    point(page, 0.3, 0.4)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_function(f"(held) => {PLACE} !== held", arg=f"at {', '.join(held)}")


def test_a_point_near_the_pointer_shows_its_picture(page):
    page.mouse.move(5, 5)
    expect(page.locator(".thumbnail")).to_be_hidden()
    point(page, 0.5, 0.5)
    expect(page.locator(".thumbnail")).to_be_visible()
    page.wait_for_function(f"Math.max(...({PIXELS})('thumbnail')) > 200")  # it is fetched only now
    page.mouse.move(5, 5)
    expect(page.locator(".thumbnail")).to_be_hidden()


def test_the_star_and_the_picture_move_with_a_stroke(page):
    button(page, CLEAR).click()
    page.wait_for_function("window.ink(0, 0, 1, 1) === 0")
    pictures, stars = [], []
    for stroke in (ZERO, ONE):
        before = levels(decoded(page))
        pull(page, stroke)
        pictures.append(changes(page, before))
        page.wait_for_function(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
        )
        stars.append(page.evaluate(STAR))
    assert np.abs(pictures[0] - pictures[1]).max() > 0.3
    assert np.abs(np.subtract(*stars)).max() > 0.02


def test_the_keyboard_walks_and_zooms(page):
    page.locator(".map").focus()
    before, picture = place(page), decoded(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"(before) => {PLACE} !== before", arg=f"at {', '.join(before)}")
    right = place(page)
    assert right[0] != before[0] and right[1] == before[1]
    for _ in range(5):
        page.keyboard.press("ArrowUp")
    changes(page, levels(picture))
    shown = page.evaluate("everywhere('canvas.map')[0].toDataURL()")
    page.keyboard.press("+")
    page.wait_for_function("(shown) => everywhere('canvas.map')[0].toDataURL() !== shown", arg=shown)


def test_dragging_moves_the_map_and_a_class_can_be_hidden(page):
    def seen():
        return page.evaluate("everywhere('canvas.map')[0].toDataURL()")

    def differs(before):
        page.wait_for_function("(before) => everywhere('canvas.map')[0].toDataURL() !== before", arg=before)

    before = seen()
    page.locator(".classes button").nth(3).click()
    expect(page.locator(".classes button").nth(3)).to_have_attribute("aria-pressed", "false")
    differs(before)
    before, star = seen(), page.evaluate(STAR)
    point(page, 0.5, 0.6)
    page.mouse.down()
    point(page, 0.7, 0.6)
    page.mouse.up()
    differs(before)
    page.mouse.move(5, 5)
    page.wait_for_function(f"(star) => ({STAR})()[0] > star + 0.1", arg=star[0])


def test_what_the_decoder_draws_everywhere_lies_under_the_points(page):
    before = page.evaluate("everywhere('canvas.map')[0].toDataURL()")
    page.get_by_label("Show what it draws everywhere").check()
    # A corner of the map, where no point is, is black then.
    page.wait_for_function(
        """everywhere("canvas.map").every((map) => {
            const { data } = map.getContext("2d").getImageData(2, map.height - 4, 1, 1)
            return data[3] === 255 && data[0] < 60
        })"""
    )
    page.get_by_label("Show what it draws everywhere").uncheck()
    page.mouse.move(5, 5)
    page.wait_for_function("(before) => everywhere('canvas.map')[0].toDataURL() === before", arg=before)


def test_a_network_with_switches_says_why_it_cannot_and_leads_to_one_that_can(mnist_server, visitor):
    page = visitor(mnist_server.url + "latent?latent=Classic")
    shows(page, "Latent")
    expect(page.get_by_test_id("stAlert")).to_contain_text("needs the switches of a picture")
    button(page, "Show the map of Bottleneck 2").click()
    opened(page)


def test_a_finger_walks_on_a_phone_and_nothing_scrolls_sideways(mnist_server, visitor):
    page = opened(visitor(mnist_server.url + "latent", PHONE))
    nothing_scrolls_sideways(page)
    before = decoded(page)
    page.locator(".map").scroll_into_view_if_needed()
    box = page.locator(".map").bounding_box()
    page.touchscreen.tap(box["x"] + 0.6 * box["width"], box["y"] + 0.7 * box["height"])
    changes(page, levels(before))


def test_what_else_is_in_the_code_follows_the_drawing(page):
    strip = page.locator(".strip img").first
    expect(strip).to_be_visible()
    to_zero = strip.get_attribute("src")
    page.get_by_role("button", name="To a 7").click()
    expect(strip).not_to_have_attribute("src", to_zero)
    at_rest(page)  # until then, the button may still be that of the run before, whose file is gone
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as an animation").click()
    assert download.value.suggested_filename == "between-two.webp"

    page.get_by_text("Which digits are neighbours?").click()
    told = page.get_by_text("training pictures whose codes are nearest to yours")
    expect(told).to_be_visible(timeout=2 * PATIENCE * 1000)
    of_the_example = told.inner_text()
    button(page, CLEAR).click()
    expect(page.get_by_text("The canvas is empty.")).to_be_visible()
    page.wait_for_function("window.ink(0, 0, 1, 1) === 0")
    pull(page, ONE)
    expect(told).to_contain_text("8 × 1")
    assert told.inner_text() != of_the_example

    choose(page, "Network", "Bottleneck 16")  # the pair of a lesson: both tests wait for its judgement once
    expect(told).to_be_visible(timeout=2 * PATIENCE * 1000)
    at_rest(page)
    page.get_by_text("Can it draw from nothing?").click()
    costs = page.locator("table.samples").nth(1)
    expect(costs).to_be_visible(timeout=3 * PATIENCE * 1000)
    expect(costs.locator("thead")).to_contain_text("Bottleneck 16")
    expect(costs.locator("thead")).to_contain_text("VAE 16")
    samples = strip.get_attribute("src")
    button(page, "Other samples").click()
    expect(strip).not_to_have_attribute("src", samples)

    page.get_by_text("Is there a better code?").click()
    button(page, "Search for a better code").click()
    expect(page.get_by_text("The amortisation gap here is an MSE of")).to_be_visible()
    expect(page.get_by_text("step 200")).to_be_visible()


def test_a_larger_code_has_a_slider_for_each_further_direction(page):
    choose(page, "Network", "Bottleneck 8")
    sliders = page.locator(".sliders input")
    expect(sliders).to_have_count(6, timeout=2 * PATIENCE * 1000)
    opened(page)
    run = checkpoint.load(SHIPPED / "bottleneck-8.safetensors")
    assert codes(checkpoint.build(run), torch.zeros(1, 1, 28, 28, dtype=torch.uint8)).shape == (1, 8)
    before = decoded(page)
    sliders.first.fill("2")
    after = changes(page, levels(before))
    assert np.abs(after - before).max() > 0.1
