"""A drawing becomes a digit as in MNIST, whatever its place, size and brush."""

import json
import os

import numpy as np
import pytest
from PIL import Image

from cae.data import synthetic
from cae.drawing.digit import as_drawn, digit_from_image, digit_from_strokes, strokes_from_canvas
from cae.drawing.strokes import BOX_SIDE, CENTRE

DIGITS = range(10)


def strokes(digit, scale=280.0, at=(0.0, 0.0)):
    return [np.array(stroke) * scale + at for stroke in synthetic.strokes(digit)]


def difference(one, other):
    return np.abs(one.astype(int) - other).mean()


def extent(picture, level=30):
    rows, columns = (picture > level).any(1).nonzero()[0], (picture > level).any(0).nonzero()[0]
    return max(np.ptp(rows), np.ptp(columns)) + 1


def centre(picture):
    ink = picture.astype(float)
    grid = np.arange(28)
    return np.array([ink.sum(0) @ grid, ink.sum(1) @ grid]) / ink.sum()


def path(*commands, **about):
    return {"type": "Path", "strokeWidth": 20, "path": [list(command) for command in commands], **about}


# What streamlit-drawable-canvas 0.13 sends for a click, and for a line drawn downwards.
CLICK = path(
    ("M", 199.98, 200),
    ("L", 200.02, 200),
    left=200,
    top=200,
    width=0.04,
    height=0,
    originX="center",
    originY="center",
)
LINE = path(
    ("M", 220, 39.98),
    ("Q", 220, 40, 220, 46),
    ("Q", 220, 52, 220, 77.5),
    ("L", 220, 90.02),
    left=220,
    top=65,
    width=0,
    height=50.04,
    originX="center",
    originY="center",
    scaleX=1,
    scaleY=1,
    angle=0,
)


# --- strokes → digit


@pytest.mark.parametrize("digit", DIGITS)
def test_place_and_size_on_the_canvas_make_no_difference(digit):
    usual = digit_from_strokes(strokes(digit))
    for scale, at in ((60.0, (210, 5)), (600.0, (-100, -50)), (1.0, (0, 0))):
        assert difference(usual, digit_from_strokes(strokes(digit, scale, at))) < 0.5


@pytest.mark.parametrize("digit", DIGITS)
def test_the_ink_fills_the_box_and_its_mass_is_where_mnists_is(digit):
    picture = digit_from_strokes(strokes(digit))
    assert picture.shape == (28, 28) and picture.dtype == np.uint8
    assert abs(extent(picture) - BOX_SIDE) <= 1
    assert np.abs(centre(picture) - CENTRE).max() < 0.1


def test_no_ink_is_no_digit():
    assert digit_from_strokes([]) is None
    assert digit_from_strokes([np.empty((0, 2))]) is None


def test_a_dot_stays_a_dot():
    picture = digit_from_strokes([[(200, 30)]])
    assert 2 <= extent(picture) <= 4
    assert np.abs(centre(picture) - CENTRE).max() < 0.1


def test_a_lopsided_drawing_keeps_all_its_ink():
    corner = digit_from_strokes([[(0, 0), (0, 100), (100, 100)]])
    assert abs(extent(corner) - BOX_SIDE) <= 1
    assert corner.sum(dtype=int) == pytest.approx(2 * digit_from_strokes([[(0, 0), (0, 100)]]).sum(dtype=int), rel=0.1)


@pytest.mark.parametrize("wrong", [[[(1, 2, 3)]], [[1, 2]], [[(1, float("nan"))]], [[(1, float("inf")), (1, 2)]]])
def test_a_stroke_that_is_none_is_refused(wrong):
    for function in (digit_from_strokes, lambda bad: as_drawn(bad, 280, 20)):
        with pytest.raises(ValueError, match="stroke"):
            function(wrong)


def test_read_only_strokes_are_fine():
    frozen = strokes(3)
    for stroke in frozen:
        stroke.flags.writeable = False
    assert digit_from_strokes(frozen) is not None


# --- as drawn


def test_as_drawn_keeps_place_size_and_brush():
    small = as_drawn(strokes(0, 70.0, (200, 200)), 280, 10)
    assert small[:19].max() == 0 and small[:, :19].max() == 0 and small.max() > 150
    line = [[(140, 60), (140, 220)]]
    assert as_drawn(line, 280, 40)[14].sum(dtype=int) == pytest.approx(255 * 4, rel=0.05)
    assert as_drawn(line, 280, 10)[14].sum(dtype=int) == pytest.approx(255, rel=0.1)
    assert as_drawn([], 280, 20).max() == 0


@pytest.mark.parametrize(("side", "brush"), [(0, 20), (280, 0), (280, 280), (float("nan"), 20)])
def test_an_impossible_canvas_or_brush_is_refused(side, brush):
    with pytest.raises(ValueError, match="must be"):
        as_drawn([[(1, 1)]], side, brush)


# --- canvas → strokes


def test_a_click_is_a_point_and_a_line_keeps_its_place():
    click, line = strokes_from_canvas({"objects": [CLICK, LINE]})
    assert np.allclose(click, [[200, 200]])
    assert np.allclose(line[0], [220, 39.98], atol=0.01) and np.allclose(line[-1], [220, 90.02], atol=0.01)
    assert (np.diff(line[:, 1]) > 0).all()


def test_curves_pass_where_the_canvas_shows_them():
    (curve,) = strokes_from_canvas({"objects": [path(("M", 0, 0), ("Q", 50, 100, 100, 0), ("L", 150, 0))]})
    assert curve[:, 1].max() == pytest.approx(50, abs=1)
    assert tuple(curve[0]) == (0, 0) and tuple(curve[-1]) == (150, 0)


def test_a_moved_scaled_or_turned_stroke_is_where_it_was_put():
    moved, doubled, turned, mirrored = (
        strokes_from_canvas({"objects": [{**LINE, **change}]})[0]
        for change in ({"left": 120, "top": 165}, {"scaleY": 2}, {"angle": 90}, {"flipY": True})
    )
    assert np.allclose(moved[0], [120, 140], atol=0.1)
    assert np.allclose(doubled[[0, -1]], [[220, 14.96], [220, 115.04]], atol=0.1)
    assert np.allclose(turned[0], [245, 65], atol=0.1) and np.allclose(turned[-1], [195, 65], atol=0.1)
    assert np.allclose(mirrored[0], [220, 90], atol=0.1)


def test_the_corner_as_origin_means_the_same_place():
    corner = {**LINE, "originX": "left", "originY": "top", "left": 210, "top": 65 - 25.02 - 10}
    assert np.allclose(strokes_from_canvas({"objects": [corner]})[0], strokes_from_canvas({"objects": [LINE]})[0])


@pytest.mark.parametrize(
    "nothing",
    [
        None,
        {},
        {"objects": None},
        {"objects": []},
        {"objects": "path"},
        [],
        {"objects": [None, 3, "x", {}, []]},
    ],
)
def test_an_empty_or_foreign_canvas_has_no_strokes(nothing):
    assert strokes_from_canvas(nothing) == []


@pytest.mark.parametrize(
    "bad",
    [
        path(),
        path(("L", 1, 2)),
        path(("M", 1)),
        path(("M", "a", "b")),
        path(("M", 1, 2), ("Q", 1, 2)),
        path(("M", 1, 2), ("L", 1e300, 4)),
        path(("M", 1, 2), ("L", 10**400, 4)),
        path(("M", float("nan"), 2), ("L", 3, 4)),
        path(("M", 1, 2), ("L", 300, 4), left="x", top=0),
        path(("M", 1, 2), ("L", 300, 4), left=0, top=0, originX="nowhere"),
        path(("M", 1, 2), ("L", 300, 4), left=None, top=None),
        {"type": "Rect", "left": 1, "top": 2},
        {"path": 7},
        {"path": "M 0 0 L 1 1"},
        {"path": [[]]},
        {"path": [None]},
    ],
)
def test_a_malformed_object_is_left_out_and_the_others_stay(bad):
    assert len(strokes_from_canvas({"objects": [bad, LINE]})) == 1


def test_what_came_through_json_is_read_alike():
    data = json.loads(json.dumps({"version": "7.4.0", "objects": [CLICK, LINE], "background": "#000"}))
    assert len(strokes_from_canvas(data)) == 2


# --- pixels and images → digit


def picture_of(digit, side=280, at=(0, 0), scale=1.0):
    """A large grey picture of a digit, white on black."""
    small = as_drawn(strokes(digit, 280 * scale, at), 280, 22 * scale)
    return np.asarray(Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC)).copy()


@pytest.mark.parametrize("digit", DIGITS)
def test_pixels_are_fitted_as_strokes_are(digit):
    picture = digit_from_image(Image.fromarray(picture_of(digit)))
    assert picture.shape == (28, 28) and picture.dtype == np.uint8
    assert abs(extent(picture, level=0) - BOX_SIDE) <= 1
    assert np.abs(centre(picture) - CENTRE).max() <= 0.51


def test_pixels_far_from_the_middle_make_the_same_digit():
    large = picture_of(4)
    corner = np.zeros((500, 700), np.uint8)
    corner[200:480, 400:680] = large
    assert difference(digit_from_image(Image.fromarray(large)), digit_from_image(Image.fromarray(corner))) < 4


def test_a_thin_pen_does_not_fade():
    thin = np.zeros((800, 800), np.uint8)
    thin[100:700, 400:403] = 255
    assert digit_from_image(Image.fromarray(thin)).max() == 255


def test_pixels_without_ink_or_size():
    assert digit_from_image(Image.new("L", (60, 50))) is None
    with pytest.raises(ValueError, match="no pixels"):
        digit_from_image(Image.new("L", (0, 5)))


def as_mode(white_on_black, mode):
    grey = Image.fromarray(white_on_black)
    if mode == "I;16":
        return Image.fromarray(white_on_black.astype(np.uint16) * 200)
    if mode == "clear":  # dark ink on nothing
        ink = Image.new("RGBA", grey.size, (20, 0, 60, 0))
        ink.putalpha(grey)
        return ink
    if mode == "clear light":
        ink = Image.new("RGBA", grey.size, (240, 250, 255, 0))
        ink.putalpha(grey)
        return ink
    return grey.convert("RGB").convert(mode)


@pytest.mark.parametrize(
    "mode",
    ["L", "1", "P", "RGB", "RGBA", "LA", "CMYK", "YCbCr", "HSV", "I", "F", "I;16", "clear", "clear light"],
)
def test_every_kind_of_picture_file_gives_the_digit(mode):
    assert difference(digit_from_image(as_mode(picture_of(5), mode)), digit_from_strokes(strokes(5))) < 4


def test_dark_ink_on_grainy_paper_is_the_same_digit():
    ink = picture_of(7).astype(float)
    grain = np.random.default_rng(0).normal(0, 6, ink.shape)
    paper = (215 - 0.7 * ink + grain).clip(0, 255).astype(np.uint8)
    assert difference(digit_from_image(Image.fromarray(paper)), digit_from_strokes(strokes(7))) < 4


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_empty_sheet_has_no_digit(level):
    for size in ((28, 28), (300, 200)):
        assert digit_from_image(Image.new("L", size, level)) is None
        assert digit_from_image(Image.new("RGBA", size, (0, 0, 0, 0))) is None


def test_a_ready_made_digit_is_left_alone():
    ready = digit_from_strokes(strokes(2))
    assert np.array_equal(digit_from_image(Image.fromarray(ready)), ready)
    assert np.array_equal(digit_from_image(Image.fromarray(255 - ready)), ready)


@pytest.mark.mnist
def test_mnist_follows_the_protocol_implemented_here():
    from torchvision.datasets import MNIST

    folder = os.environ.get("CAE_DATA_DIR")
    if not folder:
        pytest.skip("set CAE_DATA_DIR to a folder with MNIST in torchvision's layout")
    try:
        digits = MNIST(root=folder, train=True, download=False).data[:500].numpy()
    except RuntimeError:
        pytest.skip(f"no MNIST in {folder}: run python -m cae data --dataset mnist")
    assert np.abs(np.array([centre(digit) for digit in digits]) - CENTRE).max() <= 0.51
