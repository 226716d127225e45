"""Photos on the Draw page in a real browser: chosen, pasted, taken."""

import base64
import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from cae.data.synthetic import example
from cae.ui.draw.photo_view import NO_INK
from tests.browser.screen import BLACK, SEES, at_rest, drawing, figures, grey, pixels, shows, source, tile, visit

pytestmark = pytest.mark.browser

JOURNEY = ".photographed .tiles"
CHOICES = "Digits on your photo"


def sheet(*digits):
    """A JPEG of these digits beside each other, in light that falls off to one side."""
    ink = np.hstack([np.kron(example(digit).numpy(), np.ones((8, 8))) for digit in digits] or [np.zeros((224, 224))])
    light = np.linspace(230, 90, ink.shape[1]) + np.random.default_rng(0).normal(0, 8, ink.shape)
    file = io.BytesIO()
    Image.fromarray((light * (1 - 0.8 * ink / 255)).clip(0, 255).astype(np.uint8)).save(file, "JPEG")
    return file.getvalue()


def choose_source(page, name):
    page.get_by_role("radio", name=name).click()


def upload(page, content, name="photo.jpg"):
    """Choose this file, and wait until it is taken: an empty uploader is in the place of the one that had it."""
    input = page.locator('[class*="st-key-photo-"] input[type=file]')
    expect(input).to_have_count(1)
    (uploader,) = input.evaluate(
        "(input) => input.closest('[class*=st-key-photo-]').className.match(/st-key-photo-\\d+/)"
    )
    input.set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": content})
    expect(page.locator(f".{uploader}")).to_have_count(0)
    at_rest(page)


def seen(page):
    return grey(pixels(source(tile(page, SEES, JOURNEY))))


def alike(picture, digit):
    return np.corrcoef(picture.ravel(), example(digit).flatten())[0, 1] > 0.7


@pytest.fixture
def photo_page(server, lasting):
    """The Draw page where a photo may be given."""
    page = lasting(server.url)
    shows(page, "Draw")
    choose_source(page, "Photo")
    expect(page.get_by_text("You can also paste a picture")).to_be_visible()
    return page


def test_a_photo_goes_through_the_network_like_a_drawing(photo_page):
    upload(photo_page, sheet(3))
    expect(tile(photo_page, SEES, JOURNEY)).not_to_have_attribute("src", BLACK)
    expect(photo_page.locator(".steps img")).to_have_count(3)
    assert alike(seen(photo_page), 3)
    shown = figures(photo_page)
    assert 0 < shown["MSE"] < 0.03 and shown["RMSE"] ** 2 == pytest.approx(shown["MSE"], rel=0.02)


def test_of_two_digits_the_visitor_chooses_and_other_pages_show_it(photo_page):
    upload(photo_page, sheet(2, 0))
    choices = photo_page.get_by_role("group", name=CHOICES).get_by_role("button")
    expect(choices).to_have_count(2)
    first = source(tile(photo_page, SEES, JOURNEY))
    assert alike(seen(photo_page), 2)
    choices.nth(1).click()
    expect(tile(photo_page, SEES, JOURNEY)).not_to_have_attribute("src", first)
    assert alike(seen(photo_page), 0)
    second = source(tile(photo_page, SEES, JOURNEY))
    visit(photo_page, "Runs")
    visit(photo_page, "Draw")
    expect(tile(photo_page, SEES, JOURNEY)).to_have_attribute("src", second)  # the photo and the choice are kept


def test_what_is_no_picture_is_refused_and_nothing_is_lost(photo_page):
    before = source(tile(photo_page, SEES, JOURNEY))
    for content in (b"This is no picture.", sheet(5)[:1500], b""):
        upload(photo_page, content, "photo.png")
        told = "The file is not a picture that can be read; use a PNG or JPEG."
        expect(photo_page.get_by_test_id("stAlert")).to_have_text(told)
        assert source(tile(photo_page, SEES, JOURNEY)) == before


def test_a_pasted_picture_takes_the_place_of_the_last_one(photo_page):
    before = source(tile(photo_page, SEES, JOURNEY))
    photo_page.evaluate(
        """(content) => {
            const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0))
            const clipboardData = new DataTransfer()
            clipboardData.items.add(new File([bytes], "image.png", { type: "image/png" }))
            document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))
        }""",
        base64.b64encode(sheet(7)).decode(),
    )
    expect(tile(photo_page, SEES, JOURNEY)).not_to_have_attribute("src", before)
    assert alike(seen(photo_page), 7)
    expect(photo_page.get_by_test_id("stAlert")).to_have_count(0)


def test_an_empty_sheet_has_no_ink(photo_page):
    upload(photo_page, sheet())
    expect(photo_page.locator(".hint")).to_have_text(NO_INK)


def test_the_camera_opens_and_the_drawing_is_still_there(photo_page):
    page = photo_page
    choose_source(page, "Camera")
    expect(page.get_by_test_id("stCameraInput")).to_be_visible()
    at_rest(page)
    choose_source(page, "Draw")
    expect(tile(page, SEES)).to_be_visible()
    at_rest(page)
    assert drawing(page) != BLACK
    page.wait_for_function("window.ink(0, 0, 1, 1) > 0.05")  # on the canvas, too
