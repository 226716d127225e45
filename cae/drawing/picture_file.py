"""Opens picture files from untrusted sources: with limits on size, upright, and no larger than needed."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import ExifTags, Image

__all__ = ["MAX_BYTES", "open_picture"]

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")  # none that starts another program, as EPS would
MAX_BYTES = 30_000_000
MAX_PIXELS = 25_000_000  # a phone's photo; each takes up to 16 bytes while it is read
MAX_SCANS = 100  # of a JPEG; libtiff has the same limit. A scan of 42 bytes can go over all pixels
LONGEST_SIDE = 2048  # pixels; a digit is 28
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def open_picture(
    source: Path | bytes, *, called: str = "", longest_side: int = LONGEST_SIDE, colour: bool = False
) -> Image.Image:
    """The first picture in a file, or in its bytes: upright, RGBA or, of more than 8 bits, F.

    Args:
        called: the file's name in the sentences. Without it, a path names itself.
        longest_side: a larger picture is averaged down to at most this many pixels along each side.
        colour: whether its colours are needed. Without them a JPEG is read faster.

    Raises ``OSError`` for a file that cannot be read and ``ValueError``, with a sentence, for what is in it.
    """
    if isinstance(source, bytes):
        called, content = called or "The file", source
    else:
        called = called or str(source)
        with source.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"{called} is larger than {MAX_BYTES // 1_000_000} MB; make the picture smaller.")
    unread = f"{called} is not a picture that can be read; use a PNG or JPEG."
    if content.startswith(b"\xff\xd8") and content.count(b"\xff\xda") > MAX_SCANS:
        raise ValueError(unread)
    too_many = f"{called} has more than {MAX_PIXELS // 1_000_000} million pixels; make the picture smaller."
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height <= MAX_PIXELS:
                return _read(picture, longest_side, "RGB" if colour else "L")
    except Image.DecompressionBombError as error:
        raise ValueError(too_many) from error
    except Exception as error:  # on a broken file Pillow's readers may raise anything
        raise ValueError(unread) from error
    raise ValueError(too_many)


def _read(picture: Image.Image, longest_side: int, mode: str) -> Image.Image:
    picture.draft(mode, (longest_side, longest_side))  # a JPEG need not be unpacked in full
    picture.load()
    turn = _turn(picture)
    deep = picture.mode[0] in "IF"
    if picture.mode in ("1", "P", "PA") or picture.mode.startswith("I;"):  # their values cannot be averaged
        picture = picture.convert("F" if deep else "RGBA")
    picture = picture.reduce(max(1, -(-max(picture.size) // longest_side)))
    picture = picture.convert("F" if deep else "RGBA")
    picture.info = {}  # it must not be rotated twice
    return picture if turn is None else picture.transpose(turn)


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """The transposition that puts the picture upright, from the camera's orientation tag."""
    try:
        return UPRIGHT.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - of broken notes on a sound picture, Pillow raises whatever it runs into
        return None
