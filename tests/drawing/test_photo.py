"""Photos of handwriting: the digit is found as on clean paper, whatever the light, the table, the paper and the pen."""

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from cae.data.synthetic import example
from cae.drawing.digit import digit_from_image, digit_from_strokes
from cae.drawing.photo import digits_of
from cae.drawing.picture_file import open_picture
from tests.drawing.photographs import KINDS, Shot, clean, placed, shot, strokes, taken

ALIKE = 0.02  # MSE of pixels, 0 to 1
SEEDS = range(1000, 1003)


def error(one, other):
    return np.mean((one / 255.0 - other / 255.0) ** 2)


def found(made, seed=0):
    return digits_of(open_picture(taken(made, seed))).digits


def sheet(*pictures, gap=60, margin=80):
    """Black ink on white paper: pictures (H, W), 255 is ink, beside each other."""
    spaced = [np.pad(np.asarray(one), ((margin, margin), (gap // 2, gap // 2))) for one in pictures]
    return Image.fromarray(255 - np.pad(np.hstack(spaced), ((0, 0), (margin, margin))))


def large(digit):
    return np.asarray(Image.fromarray(example(digit).numpy()).resize((280, 280), Image.Resampling.BICUBIC))


@pytest.fixture
def plain():
    """A photo of one digit, with nothing difficult about it."""
    chance = np.random.default_rng(0)
    return Shot(digits=[placed(5, chance, (1000, 750), 0.45, (0.5, 0.5))])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_digit_is_what_it_is_on_clean_paper(kind, seed):
    made = shot(kind, seed)
    digits = found(made, seed)
    assert len(digits) == len(made.digits)
    for number, one in enumerate(digits):
        assert error(one.picture, digit_from_image(clean(made, number))) < ALIKE


@pytest.mark.parametrize("digit", range(10))
def test_a_photo_gives_what_the_pens_strokes_give(digit):
    lines = [one * 300 + (400, 300) for one in strokes(digit, np.random.default_rng(digit))]
    made = Shot([lines], size=(800, 600), pen=0.04, fall=0.5, shadow=0.4)
    (one,) = found(made, digit)
    assert error(one.picture, digit_from_strokes(lines)) < ALIKE


def test_a_photo_of_twelve_megapixels_gives_what_a_small_one_does(plain):
    plain.pen = 0.004
    small, file = Image.open(io.BytesIO(taken(plain, 0))), io.BytesIO()
    small.resize((4000, 3000), Image.Resampling.BICUBIC).save(file, "JPEG")
    (one,) = digits_of(open_picture(file.getvalue())).digits
    assert error(one.picture, found(plain)[0].picture) < ALIKE / 10
    assert error(one.picture, digit_from_image(clean(plain))) < ALIKE


def test_the_steps_show_even_paper_and_only_the_digits_ink(plain):
    plain.fall, plain.shadow = 0.6, 0.4
    photo = digits_of(open_picture(taken(plain, 0)))
    left, top, right, bottom = photo.digits[0].box
    around = np.ones(photo.even.shape, bool)
    around[top:bottom, left:right] = False
    assert np.percentile(photo.even[around], 1) > 200  # no shadow
    assert photo.mask[around].max() == 0 and photo.mask[top:bottom, left:right].max() == 255


def test_loose_parts_are_one_digit():
    five = np.zeros((300, 300), np.uint8)
    five[120:140, 80:200], five[120:260, 190:210], five[245:265, 80:200], five[120:180, 70:90] = 255, 255, 255, 255
    bar = five.copy()
    bar[80:100, 90:230] = 255
    broken = large(0).copy()
    broken[120:135] = 0  # through both sides of a 0
    dotted = np.zeros((300, 300), np.uint8)
    dotted[120:260, 140:160], dotted[80:102, 138:162] = 255, 255
    for ink in (bar, broken, dotted):
        assert len(digits_of(sheet(ink)).digits) == 1
    assert digits_of(sheet(bar)).digits[0].picture[4:7].any()  # with its bar


def test_digits_are_counted_in_reading_order():
    digits = (1, 7, 4, 0)
    rows = [np.hstack([large(one) for one in digits[:2]]), np.hstack([large(one) for one in digits[2:]])]
    there = digits_of(Image.fromarray(255 - np.pad(np.vstack(rows), 40))).digits
    assert len(there) == 4
    for one, digit in zip(there, digits, strict=True):
        assert np.corrcoef(one.picture.ravel(), example(digit).flatten())[0, 1] > 0.7


def test_specks_lines_and_what_touches_the_edge_are_no_digits():
    page = np.asarray(sheet(large(3))).copy()
    alone = digits_of(Image.fromarray(page)).digits[0].picture
    chance = np.random.default_rng(1)
    for y, x in chance.integers(0, min(page.shape), (30, 2)):
        page[y : y + 3, x : x + 3] = 0
    page[30:34] = 0  # a ruled line from edge to edge
    page[-30:-26, 20:-20] = 0  # one that ends before them
    page[:60, 20:35] = 0  # a stroke from outside
    (only,) = digits_of(Image.fromarray(page)).digits
    assert error(only.picture, alone) < ALIKE


def test_a_digit_cropped_too_tightly_is_still_one():
    ink = large(3)
    rows, columns = np.flatnonzero(ink.max(1) > 100), np.flatnonzero(ink.max(0) > 100)
    tight = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    (one,) = digits_of(Image.fromarray(255 - tight)).digits
    assert error(one.picture, digit_from_image(Image.fromarray(255 - ink))) < ALIKE


@pytest.mark.parametrize("light", [False, True])
@pytest.mark.parametrize("digit", range(10))
def test_light_ink_on_dark_and_dark_ink_on_light_are_told_apart(digit, light):
    ink = large(digit)
    (one,) = digits_of(Image.fromarray(ink if light else 255 - ink)).digits
    (other,) = digits_of(Image.fromarray(255 - ink if light else ink)).digits
    assert error(one.picture, other.picture) < 0.005
    assert np.corrcoef(one.picture.ravel(), example(digit).flatten())[0, 1] > 0.7


def test_the_digit_that_is_asked_for_is_given_and_no_other():
    page = sheet(large(2), large(0))
    first, second = (one.picture for one in digits_of(page).digits)
    assert np.array_equal(digit_from_image(page, 1), first) and np.array_equal(digit_from_image(page, 2), second)
    with pytest.raises(ValueError, match="shows 2 digits; choose one with --digit 1 to 2"):
        digit_from_image(page)
    for wrong in (0, 3, -1):
        with pytest.raises(ValueError, match=f"digit is {wrong}; the picture shows 2"):
            digit_from_image(page, wrong)


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (2, 2), (28, 28), (3, 500)])
def test_no_shape_is_too_odd(size):
    for level in (0, 200):
        assert digits_of(Image.new("L", size, level)).digits == ()
    noise = np.random.default_rng(0).integers(0, 256, size[::-1]).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    digits_of(open_picture(file.getvalue()))


def test_who_draws_does_not_wait_for_scikit_image():
    script = "import sys, cae.drawing.digit; print([name for name in sys.modules if name in ('skimage', 'scipy')])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "[]\n"
