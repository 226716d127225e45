"""A picture file becomes a small square picture: upright, in grey or colour, without what is left and right."""

import io

import numpy as np
import pytest
from PIL import Image

from cae.data.prepared_picture import prepared_picture
from cae.registry import Shape

RED, GREEN, BLUE = (230, 20, 10), (10, 200, 30), (20, 10, 240)
LEVELS = np.random.default_rng(0).integers(0, 256, (24, 24, 3), dtype=np.uint8)


def file(picture, format="PNG", **options):
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    written = io.BytesIO()
    picture.save(written, format, **options)
    return written.getvalue()


def corners(height, width):
    """A picture of four areas: red, green / blue, white."""
    picture = np.full((height, width, 3), 255, np.uint8)
    picture[: height // 2, : width // 2], picture[: height // 2, width // 2 :] = RED, GREEN
    picture[height // 2 :, : width // 2] = BLUE
    return picture


def alike(pixels, colours, most=6):
    """Whether the middle of each quarter of (3, side, side) has that colour, row by row."""
    side = pixels.shape[1]
    places = [(y, x) for y in (side // 4, 3 * side // 4) for x in (side // 4, 3 * side // 4)]
    found = np.array([pixels[:, y, x] for y, x in places], int)
    return np.abs(found - np.array(colours)).max() <= most


QUARTERS = [RED, GREEN, BLUE, (255, 255, 255)]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("side", [16, 28, 64])
@pytest.mark.parametrize("size", [(1, 1), (3, 500), (28, 28), (301, 200), (1500, 2000)])
def test_every_picture_gets_the_shape_that_is_asked_for(size, side, channels):
    pixels = prepared_picture(file(Image.new("RGB", size, RED)), Shape(side, channels))
    assert (pixels.shape, pixels.dtype) == ((channels, side, side), np.uint8)
    assert pixels.std((1, 2)).max() == 0


def test_a_square_picture_of_the_right_side_keeps_its_pixels():
    assert np.array_equal(prepared_picture(file(LEVELS), Shape(24, 3)), LEVELS.transpose(2, 0, 1))
    grey = LEVELS[:, :, 0].copy()
    assert np.array_equal(prepared_picture(file(grey), Shape(24, 1))[0], grey)
    assert np.array_equal(prepared_picture(file(grey), Shape(24, 3)), np.stack([grey] * 3))


def test_grey_is_luminance():
    for colour in (RED, GREEN, BLUE):
        grey = prepared_picture(file(Image.new("RGB", (30, 30), colour)), Shape(16, 1))
        assert grey[0, 5, 5] == pytest.approx(np.dot(colour, [0.299, 0.587, 0.114]), abs=1)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "BMP", "TIFF"])
@pytest.mark.parametrize("size", [(100, 100), (100, 180), (190, 100), (1500, 2000)])
def test_the_central_square_is_cut_out(size, format):
    height, width = size
    side = min(size)
    top, left = (height - side) // 2, (width - side) // 2
    picture = np.zeros((height, width, 3), np.uint8)
    picture[top : top + side, left : left + side] = corners(side, side)
    pixels = prepared_picture(file(picture, format), Shape(32, 3))
    assert alike(pixels, QUARTERS, 8)
    edges = np.concatenate([pixels[:, 0], pixels[:, -1], pixels[:, :, 0], pixels[:, :, -1]], 1)
    assert edges.max(0).min() > 150  # nothing of the black around it


def test_a_picture_is_averaged_when_it_shrinks():
    board = (np.indices((96, 96)).sum(0) % 2 * 255).astype(np.uint8)
    pixels = prepared_picture(file(board), Shape(16, 1))
    assert np.abs(pixels.astype(int) - 127).max() <= 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_cameras_note_puts_it_upright(orientation):
    there = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    stored = Image.fromarray(corners(120, 160))
    note = Image.Exif()
    note[0x0112] = orientation
    content = file(stored if there is None else stored.transpose(there), "JPEG", exif=note, quality=95)
    assert alike(prepared_picture(content, Shape(32, 3)), QUARTERS, 10)


def test_what_is_transparent_is_white_whatever_colour_hides_there():
    picture = np.zeros((40, 40, 4), np.uint8)
    picture[..., :3] = RED
    picture[:20, :, 3], picture[20:, :20, 3] = 255, 128
    half = tuple((np.array(RED) * 128 + 255 * 127) // 255)
    content = file(picture)
    assert alike(prepared_picture(content, Shape(16, 3)), [RED, RED, half, (255, 255, 255)])
    grey = prepared_picture(content, Shape(16, 1))
    assert grey[0, 12, 12] == 255 and abs(int(grey[0, 3, 3]) - 82) <= 2
    palette = Image.fromarray(corners(40, 40)).convert("P", palette=Image.Palette.ADAPTIVE)
    clear = file(palette, transparency=palette.getpixel((5, 5)))
    assert alike(prepared_picture(clear, Shape(16, 3)), [(255, 255, 255), *QUARTERS[1:]])


@pytest.mark.parametrize("kind", ["uint16", "int32", "float32"])
@pytest.mark.parametrize("channels", [1, 3])
def test_deep_pictures_are_stretched_from_black_to_white(kind, channels):
    slope = np.linspace(3000, 9000, 32)[None].repeat(32, 0).astype(kind)
    pixels = prepared_picture(file(slope, "TIFF"), Shape(32, channels))
    assert np.abs(pixels - np.linspace(0, 255, 32)).max() < 1
    assert pixels.shape[0] == channels


def test_a_deep_picture_of_one_level_or_of_no_numbers_is_black():
    for level in (7.0, np.nan, np.inf):
        assert prepared_picture(file(np.full((20, 20), level, np.float32), "TIFF"), Shape(16, 1)).max() == 0


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_an_animation_the_first_picture_counts(format):
    first, others = Image.new("RGB", (30, 30), RED), [Image.new("RGB", (30, 30), BLUE)]
    content = file(first, format, save_all=True, append_images=others)
    assert alike(prepared_picture(content, Shape(16, 3)), [RED] * 4)


def test_the_bytes_decide_and_the_name_is_only_told():
    assert prepared_picture(file(LEVELS, "BMP"), Shape(16, 3), "cat.jpeg").shape == (3, 16, 16)
    with pytest.raises(ValueError, match=r"^cats/cat\.png is not a picture that can be read; use a PNG or JPEG\.$"):
        prepared_picture(b"<svg/>", Shape(16, 3), "cats/cat.png")
