"""Hostile picture files: each is refused with one sentence, or its digit is found."""

import io
import os
import stat
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import EpsImagePlugin, Image, PngImagePlugin

from cae import cli
from cae.config import ModelConfig, TrainConfig
from cae.data.synthetic import example
from cae.drawing.digit import digit_from_image
from cae.drawing.picture_file import MAX_BYTES, MAX_PIXELS, open_picture
from cae.model import ConvAutoencoder
from cae.runs import checkpoint
from cae.runs.run import Run
from cae.text import sentence
from tests.apart import answer, memory

pytestmark = pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")

ROOT = Path(__file__).parents[2]
INK = np.kron(example(3).numpy(), np.ones((5, 5), np.uint8))  # 140 × 140, 255 is ink
PAGE = Image.fromarray(255 - INK)
DIGIT = digit_from_image(PAGE)
MOST_MEMORY = 20 * MAX_PIXELS  # bytes: the picture, and what is made of it


def file(picture, format, **options):
    written = io.BytesIO()
    picture.save(written, format, **options)
    return written.getvalue()


def damaged(content, place, end=None):
    return content[:place] + bytes(byte ^ 255 for byte in content[place:end]) + (content[end:] if end else b"")


def cut(format, tenth):
    whole = file(PAGE, format)
    return whole[: len(whole) * tenth // 10]


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, rows=b""):
    """A grey PNG that claims this size, whatever rows it has."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def claiming(content, place, numbers, old, new):
    """The file with another width and height, where it tells them."""
    told = struct.pack(numbers, *old)
    assert content[place:].startswith(told)
    return content[:place] + struct.pack(numbers, *new) + content[place + len(told) :]


def text_bomb():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("comment", " " * 50_000_000, zip=True)
    return file(PAGE, "PNG", pnginfo=notes)


def scan_bomb(scans):
    """A progressive JPEG of 16 million pixels that repeats its last scan: 42 bytes and 20 ms each."""
    whole = file(Image.new("L", (4000, 4000)), "JPEG", progressive=True)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * scans + whole[-2:]


def floats():
    picture = 1e30 * INK.astype(np.float32)
    picture[:9, :9], picture[20:30, :9], picture[40:50, :9] = np.nan, np.inf, -np.inf
    return file(Image.fromarray(picture), "TIFF")


def on_nothing(mode):
    ink = Image.new("RGBA", PAGE.size, (30, 0, 60, 0))
    ink.putalpha(Image.fromarray(INK))
    return ink.convert(mode)


def palette():
    colours = PAGE.convert("P", palette=Image.Palette.ADAPTIVE, colors=8)
    return file(colours, "PNG", transparency=colours.getpixel((0, 0)))


def turned(orientation, format="JPEG", **options):
    """The page as a camera held otherwise would store it, with the note how to put it upright."""
    there = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]  # the Transpose that undoes the other
    note = Image.Exif()
    note[0x0112] = orientation
    return file(PAGE if there is None else PAGE.transpose(there), format, exif=note, **options)


def film(format):
    others = [Image.new("L", PAGE.size, level).convert("RGB") for level in (0, 128)]
    return file(PAGE.convert("RGB"), format, save_all=True, append_images=others)


def large(side, mode="L"):
    """The page in a corner of a huge sheet."""
    sheet = Image.new(mode, (side, side), "white")
    sheet.paste(PAGE.resize((side // 5, side // 5)).convert(mode), (side // 2, side // 2))
    return sheet


UNREAD = "is not a picture that can be read; use a PNG or JPEG"
MANY = "has more than 25 million pixels; make the picture smaller"

REFUSED = {
    "empty": (UNREAD, lambda: b""),
    "text": (UNREAD, lambda: b"This is no picture.\n" * 100),
    "web page": (UNREAD, lambda: b"<!doctype html><title>404 Not Found</title>"),
    "SVG": (UNREAD, lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'),
    "PDF": (UNREAD, lambda: file(PAGE, "PDF")),
    "EPS": (UNREAD, lambda: file(PAGE, "EPS")),
    "PPM": (UNREAD, lambda: file(PAGE, "PPM")),
    "checkpoint": (UNREAD, lambda: b"\x02\0\0\0\0\0\0\0{}"),
    "bytes all alike": (UNREAD, lambda: b"\xff" * 10_000),
    "only a signature": (UNREAD, lambda: b"\x89PNG\r\n\x1a\n"),
    "PNG of no size": (UNREAD, lambda: png(0, 0)),
    "PNG of no height": (UNREAD, lambda: png(5, 0)),
    "PNG without rows": (UNREAD, lambda: png(50, 50)),
    "PNG damaged": (UNREAD, lambda: damaged(file(PAGE, "PNG"), 60)),
    "PNG with a comment of 50 MB": (UNREAD, text_bomb),
    "progressive JPEG cut short": (UNREAD, lambda: file(PAGE, "JPEG", progressive=True)[:1500]),
    "progressive JPEG of 100,000 scans": (UNREAD, lambda: scan_bomb(100_000)),
    **{
        f"{format} cut short after {tenth} tenths": (UNREAD, lambda format=format, tenth=tenth: cut(format, tenth))
        for format in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
        for tenth in (1, 3, 6, 9)
    },
    "TIFF damaged": (UNREAD, lambda: damaged(file(PAGE, "TIFF", compression="tiff_lzw"), 700, 800)),
    "PNG claims 50,000 × 50,000": (MANY, lambda: png(50_000, 50_000)),
    "PNG claims 2 billion × 1": (MANY, lambda: png(2**31 - 1, 1)),
    "PNG of 12,000 × 12,000": (MANY, lambda: png(12_000, 12_000, bytes(12_001 * 12_000))),
    "PNG of one pixel too many": (MANY, lambda: png(MAX_PIXELS + 1, 1, bytes(MAX_PIXELS + 2))),
    "GIF claims 65,535 × 65,535": (MANY, lambda: claiming(file(PAGE, "GIF"), 6, "<HH", (140, 140), (65_535, 65_535))),
    "BMP claims 100,000 × 100,000": (
        MANY,
        lambda: claiming(file(PAGE, "BMP"), 18, "<ii", (140, 140), (100_000, 100_000)),
    ),
    "JPEG claims 65,000 × 65,000": (
        MANY,
        lambda: claiming(file(PAGE, "JPEG"), 94, ">HH", (140, 140), (65_000, 65_000)),
    ),
    "WebP claims 16,000 × 16,000": (
        f"{MANY}|{UNREAD}",
        lambda: claiming(file(PAGE, "WEBP"), 26, "<HH", (140, 140), (16_000, 16_000)),
    ),
    "more than 30 MB": ("is larger than 30 MB; make the picture smaller", lambda: file(PAGE, "PNG") + bytes(MAX_BYTES)),
}

BLANK = {
    "1 × 1": lambda: file(Image.new("L", (1, 1)), "PNG"),
    "1 × 10,000": lambda: file(Image.new("L", (1, 10_000), 200), "PNG"),
    "25 million × 1": lambda: png(MAX_PIXELS, 1, bytes(MAX_PIXELS + 1)),
    "transparent": lambda: file(Image.new("RGBA", (50, 50), (255, 0, 0, 0)), "PNG"),
    "white WebP of 25 million pixels": lambda: file(Image.new("RGB", (5000, 5000), "white"), "WEBP", lossless=True),
    "no numbers": lambda: file(Image.fromarray(np.full((50, 50), np.nan, np.float32)), "TIFF"),
    "infinite": lambda: file(Image.fromarray(np.full((50, 50), np.inf, np.float32)), "TIFF"),
}

SHOWN = {
    **{format: lambda format=format: file(PAGE, format) for format in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")},
    **{f"animated {format}": lambda format=format: film(format) for format in ("GIF", "PNG", "WEBP", "TIFF", "MPO")},
    **{f"JPEG turned, {number}": lambda number=number: turned(number) for number in range(1, 9)},
    **{f"{format} turned": lambda format=format: turned(6, format) for format in ("PNG", "WEBP", "TIFF", "MPO")},
    "JPEG that says no way to turn": lambda: turned(1).replace(b"\x01\x12\x00\x03", b"\x01\x12\x00\x07"),
    "JPEG with broken notes": lambda: file(PAGE, "JPEG", exif=b"Exif\0\0MM\0\xff" + bytes(range(256))),
    "JPEG with a broken profile": lambda: file(PAGE, "JPEG", icc_profile=b"no profile" * 99),
    "PNG with a broken profile": lambda: file(PAGE, "PNG", icc_profile=b"no profile" * 99),
    "progressive JPEG": lambda: file(PAGE.convert("RGB"), "JPEG", progressive=True),
    "CMYK JPEG": lambda: file(PAGE.convert("CMYK"), "JPEG"),
    "CMYK TIFF": lambda: file(PAGE.convert("CMYK"), "TIFF", compression="tiff_lzw"),
    "16-bit PNG": lambda: file(Image.fromarray(INK.astype(np.uint16) * 257), "PNG"),
    "TIFF of floats, some of them none": floats,
    "1-bit PNG": lambda: file(PAGE.convert("1", dither=Image.Dither.NONE), "PNG"),
    "palette PNG with a clear colour": palette,
    "LA PNG": lambda: file(on_nothing("LA"), "PNG"),
    "RGBA PNG": lambda: file(on_nothing("RGBA"), "PNG"),
    "PNG of 25 million pixels": lambda: file(large(5000), "PNG", compress_level=1),
    "PNG of 16 million 1-bit pixels": lambda: file(large(4000).convert("1", dither=Image.Dither.NONE), "PNG"),
    "PNG of 9 million 16-bit pixels": lambda: file(large(3000).convert("I;16"), "PNG", compress_level=1),
    "JPEG of 25 million pixels": lambda: file(large(5000, "RGB"), "JPEG", progressive=True, subsampling=0),
}


MAKE = {**{name: make for name, (_, make) in REFUSED.items()}, **BLANK, **SHOWN}


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A function: the name of a picture → its file, which is made once."""
    folder, paths = tmp_path_factory.mktemp("pictures"), {}

    def path(name):
        if name not in paths:
            paths[name] = folder / f"{len(paths)}.png"
            paths[name].write_bytes(MAKE[name]())
        return paths[name]

    return path


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    config = TrainConfig(ModelConfig((4,), code_size=5), "synthetic")
    weights = {name: value.numpy() for name, value in ConvAutoencoder(config.model).state_dict().items()}
    path = tmp_path_factory.mktemp("network") / "run.safetensors"
    checkpoint.save(Run(config, weights=weights), path)
    return path


@pytest.fixture
def reconstructed(network, tmp_path, capfd):
    """A function: the path of a picture → the command's exit status, and all that it told on standard error."""

    def reconstruct(path):
        words = ["reconstruct", network, path, "--out", tmp_path / "pair.png", "--device", "cpu"]
        status = cli.main([str(word) for word in words])
        return status, capfd.readouterr().err

    return reconstruct


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_picture_is_refused_with_one_sentence(name, stored, reconstructed, tmp_path):
    words, path = REFUSED[name][0], stored(name)
    status, told = reconstructed(path)
    assert (status, told.count("\n")) == (2, 1)
    assert told in [f"{path} {end}.\n" for end in words.split("|")]
    assert not (tmp_path / "pair.png").exists()
    with pytest.raises(ValueError) as error:
        open_picture(path.read_bytes())
    assert str(error.value) in [f"The file {end}." for end in words.split("|")]


@pytest.mark.parametrize("name", BLANK)
def test_a_picture_of_nothing_is_refused_with_one_sentence(name, stored, reconstructed):
    path = stored(name)
    assert reconstructed(path) == (2, f"{path} shows nothing: there is no ink to make a digit of.\n")


@pytest.mark.parametrize("name", SHOWN)
def test_the_digit_is_found_however_it_is_stored(name, stored, reconstructed, tmp_path):
    path = stored(name)
    picture = open_picture(path)
    assert max(picture.size) <= 2048
    assert not dict(picture.getexif())  # it says no more that it must be turned
    assert np.abs(digit_from_image(picture).astype(int) - DIGIT).mean() < 8
    assert reconstructed(path) == (0, "")
    pair = np.asarray(Image.open(tmp_path / "pair.png"))[::8, ::8]
    assert np.abs(pair[:, :28].astype(int) - DIGIT).mean() < 8


def test_the_pages_eight_ways_to_lie_differ():
    """Else the turned pictures would say nothing."""
    assert len({Image.open(io.BytesIO(turned(number))).tobytes() for number in range(1, 9)}) == 8


def test_a_file_that_cannot_be_had_is_refused_in_the_systems_words(reconstructed, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, why in {
        "": "Is a directory",
        "missing.png": "No such file or directory",
        "file/below.png": "Not a directory",
        "loop": "Too many levels of symbolic links",
        "n" * 300: "File name too long",
    }.items():
        assert reconstructed(tmp_path / name) == (2, f"{tmp_path / name}: {why}.\n")


def refusal_of_a_stranger(path):
    """What somebody is told who is not root, whom everything is allowed."""
    if os.geteuid() == 0:
        os.setuid(65_534)
    try:
        open_picture(path)
    except OSError as error:
        return sentence(error)


def test_a_file_that_may_not_be_read_is_refused_in_the_systems_words(tmp_path):
    path = tmp_path / "picture.png"
    PAGE.save(path)
    path.chmod(0)
    assert answer(refusal_of_a_stranger, path) == f"{path}: Permission denied."


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_colours_stay_if_they_are_asked_for_and_no_side_is_longer_than_it_may_be(format):
    content = file(Image.new("RGB", (640, 320), (200, 100, 50)), format, quality=95)
    picture = open_picture(content, longest_side=64, colour=True)
    assert 32 < picture.width == 2 * picture.height <= 64
    assert np.abs(np.asarray(picture)[:, :, :3] - np.array([200, 100, 50])).max() < 4


def test_a_refusal_calls_the_file_by_the_name_it_is_given():
    with pytest.raises(ValueError, match=r"^cats/1\.png is not a picture that can be read"):
        open_picture(b"", called="cats/1.png")


def test_a_file_that_never_ends_is_too_large():
    with pytest.raises(ValueError, match="/dev/zero is larger than 30 MB"):
        open_picture(Path("/dev/zero"))


def test_no_picture_starts_another_program(reconstructed, tmp_path, monkeypatch):
    trap, sprung = tmp_path / "gs", tmp_path / "sprung"
    trap.write_text(f"#!/bin/sh\necho >{sprung}\n")
    trap.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(EpsImagePlugin, "gs_binary", None)
    path = tmp_path / "picture.png"
    PAGE.save(path, "EPS")
    assert reconstructed(path)[0] == 2
    assert not sprung.exists()
    with Image.open(path) as picture, pytest.raises(OSError):
        picture.load()
    assert sprung.exists()  # it would have


def test_the_program_itself_tells_one_line_whatever_pillow_warns_of(network, tmp_path):
    path = tmp_path / "bomb.png"
    path.write_bytes(png(10_000, 10_000))
    words = [sys.executable, "-m", "cae", "reconstruct", network, path, "--out", tmp_path / "pair.png"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{path} {MANY}.\n")


def find(path):
    digit_from_image(open_picture(path))


def test_no_picture_takes_more_memory_than_its_pixels_may(stored):
    assert len(MAKE) == len(REFUSED) + len(BLANK) + len(SHOWN)
    finding, comparison = answer(memory, find, [stored(name) for name in MAKE])
    assert finding < MOST_MEMORY
    assert comparison > finding + 50_000_000
