"""Pictures keep every pixel, and an error keeps its sign."""

import base64
import io

import numpy as np
from PIL import Image

from cae.ui.parts.images import data_url, png, sheet, signed_error


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def test_a_png_loses_nothing():
    for picture in (noise(28, 28), noise(28, 28, 3)):
        assert (np.asarray(Image.open(io.BytesIO(png(picture)))) == picture).all()


def test_a_data_url_holds_the_png():
    kind, _, content = data_url(noise(28, 28)).partition(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(content) == png(noise(28, 28))


def test_lost_ink_is_blue_invented_ink_orange_and_no_error_black():
    white, black = np.full((2, 2), 255, np.uint8), np.zeros((2, 2), np.uint8)
    red, _, blue = signed_error(white, black)[0, 0]
    assert blue > red
    red, _, blue = signed_error(black, white)[0, 0]
    assert red > blue
    assert not signed_error(noise(28, 28), noise(28, 28)).any()


def test_a_larger_error_is_brighter_up_to_the_limit():
    wrong = np.arange(256, dtype=np.uint8)[None]
    brightness = signed_error(np.zeros_like(wrong), wrong, limit=0.5).sum(-1, dtype=int)[0]
    assert (np.diff(brightness) >= 0).all()
    assert brightness[-1] == brightness[128] > brightness[100]


def test_a_sheet_places_each_picture_and_leaves_the_rest_black():
    digits = noise(5, 28, 28)
    page = sheet(digits, columns=3, gap=2)
    assert page.shape == (2 * 28 + 2, 3 * 28 + 2 * 2)
    for index, digit in enumerate(digits):
        top, left = 30 * (index // 3), 30 * (index % 3)
        assert (page[top : top + 28, left : left + 28] == digit).all()
    assert not page[28:30].any()
    assert not page[30:, 58:].any()


def test_a_sheet_takes_colours():
    page = sheet(noise(4, 8, 8, 3), columns=4)
    assert page.shape == (8, 32, 3)
    assert (page[:, 8:16] == noise(4, 8, 8, 3)[1]).all()
