"""Photos of handwriting, made at random: digits in ink or chalk, on paper, under light, through a camera, as JPEG."""

import io
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from cae.data import synthetic

ROTATED = {3: 2, 6: 1, 8: 3}  # EXIF orientation → quarter turns to the left that a camera made


@dataclass
class Shot:
    """What is on the photo, and how it is taken. Shares are of the shorter side; levels are 0 to 1."""

    digits: list = field(default_factory=list)  # of each: strokes (P, 2) in pixels
    size: tuple = (1000, 750)
    pen: float = 0.03
    paper: tuple = (0.9, 0.89, 0.86)
    ink: tuple = (0.12, 0.12, 0.16)
    pressure: float = 0.1  # how much paler the ink becomes here and there
    fall: float = 0.15  # of the light, from one side to the other
    shadow: float = 0.0  # share of the light that it takes
    edge: float = 0.01  # softness of the shadow's edge
    frame: float = 0.0
    table: float = 0.15
    lines: str = ""  # squared, lined
    line: float = 0.2  # darkness of the paper's lines
    vignette: float = 0.15
    blur: float = 0.001
    grain: float = 0.015
    quality: int = 85
    orientation: int = 1


def strokes(digit, chance):
    """A digit as somebody may write it, in a square from 0 to 1: slanted, stretched, turned."""
    slant, wide, turn = chance.normal(0, 0.12), np.exp(chance.normal(0, 0.12)), chance.normal(0, 0.07)
    form = np.array([[wide, slant], [0, 1]]) @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    lines = [(np.array(one) - 0.5) @ form.T for one in synthetic.strokes(digit)]
    corners = np.concatenate(lines)
    low, high = corners.min(0), corners.max(0)
    return [(one - (low + high) / 2) / (high - low).max() for one in lines]


def placed(digit, chance, size, high, where=None):
    """The strokes of a digit in pixels of the photo: ``high`` is a share of the shorter side."""
    shorter = min(size)
    side = high * shorter
    at = np.array(where) * size if where else [chance.uniform(0.65 * side, one - 0.65 * side) for one in size]
    return [one * side + at for one in strokes(digit, chance)]


def inked(lines, size, pen):
    """Where the pen went, float (H, W), 0 to 1."""
    fine = 2 if max(size) < 2500 else 1
    sheet = Image.new("L", (size[0] * fine, size[1] * fine))
    draw = ImageDraw.Draw(sheet)
    width = max(1, round(pen * fine))
    for line in lines:
        points = [tuple(one) for one in line * fine]
        draw.line(points, 255, width, "curve")
        for x, y in points[:: max(1, len(points) // 40)] + points[-1:]:
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), 255)
    return np.asarray(sheet.reduce(fine), np.float32) / 255


def taken(shot, seed):
    """The photo as the bytes of a JPEG file."""
    chance = np.random.default_rng([seed, 1])
    width, height = shot.size
    shorter = min(shot.size)
    y, x = (one.astype(np.float32) / shorter for one in np.ogrid[0:height, 0:width])
    ink = inked([line for digit in shot.digits for line in digit], shot.size, shot.pen * shorter)
    ink = ink * (1 - shot.pressure * smooth(chance, shot.size, 0.03))
    paper = np.ones((height, width), np.float32) * (1 - 0.03 * smooth(chance, shot.size, 0.2))
    if shot.lines:
        paper *= 1 - shot.line * ruled(chance, x, y, shot.lines)
    scene = paper[..., None] * np.array(shot.paper, np.float32)
    scene += ink[..., None] * (np.array(shot.ink, np.float32) - scene)
    if shot.frame:
        scene = on_table(chance, scene, x, y, shot)
    photo = ndimage.gaussian_filter(scene * lit(chance, x, y, shot)[..., None], (shot.blur * shorter,) * 2 + (0,))
    grey, colour = (chance.standard_normal((height, width, channels), np.float32) for channels in (1, 3))
    # In the memory that is there: the arrays are large.
    colour *= 0.5
    colour += grey
    colour *= shot.grain
    photo += colour
    np.multiply(photo.clip(0, 1, out=photo), 255, out=photo)
    picture = Image.fromarray(np.rint(photo, out=photo).astype(np.uint8))
    note = Image.Exif()
    if shot.orientation != 1:
        picture = Image.fromarray(np.rot90(np.asarray(picture), ROTATED[shot.orientation]))
        note[0x0112] = shot.orientation
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=shot.quality, exif=note)
    return file.getvalue()


def clean(shot, number=0):
    """One of its digits on white paper, with the same pen; there is as much paper around it as it needs."""
    ink = inked(shot.digits[number], shot.size, shot.pen * min(shot.size))
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    around = max(np.ptp(rows), np.ptp(columns)) // 4
    near = np.pad(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], around)
    return Image.fromarray(np.rint(255 * (1 - near)).astype(np.uint8))


def smooth(chance, size, scale):
    """A smooth random field, 0 to 1, whose hills are ``scale`` of the shorter side wide."""
    width, height = size
    few = [max(3, round(side / (scale * min(size)))) for side in (height, width)]
    field = chance.uniform(0, 1, few).astype(np.float32)
    return np.asarray(Image.fromarray(field).resize((width, height), Image.Resampling.BICUBIC)).clip(0, 1)


def ruled(chance, x, y, kind):
    """Where the lines of squared or lined paper are, 0 to 1; a little turned."""
    turn, step, thick = chance.normal(0, 0.02), chance.uniform(0.05, 0.12), chance.uniform(0.002, 0.004)
    across, down = x + turn * y, y - turn * x
    on = np.abs((down / step) % 1 - 0.5) * step < thick / 2 + 0.0005
    if kind == "squared":
        on |= np.abs((across / step) % 1 - 0.5) * step < thick / 2 + 0.0005
    return on.astype(np.float32)


def on_table(chance, scene, x, y, shot):
    """The sheet with a table around it, or on some of its sides."""
    turn = chance.normal(0, 0.04)
    across, down = x + turn * y, y - turn * x
    sides = chance.permutation(4) < chance.integers(1, 5)
    width, height = x.max(), y.max()
    edges = (across, width - across, down, height - down)
    off = np.zeros(scene.shape[:2], bool)
    for edge, there in zip(edges, sides, strict=True):
        if there:
            off |= edge < shot.frame * chance.uniform(0.6, 1.4)
    grain = 1 - 0.3 * smooth(chance, shot.size, 0.01) * smooth(chance, shot.size, 0.1)
    table = grain[..., None] * np.array([1.1, 1.0, 0.85], np.float32) * shot.table
    return np.where(off[..., None], table, scene)


def lit(chance, x, y, shot):
    """The light (H, W): it falls off to one side and to the corners; something may throw a shadow."""
    width, height = x.max(), y.max()
    angle = chance.uniform(0, 2 * np.pi)
    along = (x / width - 0.5) * np.cos(angle) + (y / height - 0.5) * np.sin(angle)
    light = 1 - shot.fall * (along + 0.5)
    light *= 1 - shot.vignette * ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) * 2
    if shot.shadow:
        angle, bend = chance.uniform(0, 2 * np.pi), chance.uniform(-0.4, 0.4)
        ahead = (x - width * chance.uniform(0.3, 0.7)) * np.cos(angle) + (
            y - height * chance.uniform(0.3, 0.7)
        ) * np.sin(angle)
        aside = -(x - width / 2) * np.sin(angle) + (y - height / 2) * np.cos(angle)
        dark = 1 / (1 + np.exp(-((ahead + bend * aside**2) / shot.edge).clip(-30, 30)))
        light *= 1 - shot.shadow * dark
    return light


def shot(kind, seed):
    """A photo of this kind; every seed gives another."""
    chance = np.random.default_rng([KINDS.index(kind), seed])
    pick, real = chance.choice, chance.uniform
    size = [(800, 600), (1280, 960), (600, 900), (1600, 1200), (900, 900), (1000, 1000)][chance.integers(6)]
    made = Shot(
        size=size,
        pen=real(0.02, 0.06),
        fall=real(0, 0.3),
        vignette=real(0, 0.3),
        blur=real(0.0005, 0.003),
        grain=real(0.005, 0.03),
        quality=int(chance.integers(50, 95)),
    )
    high = real(0.3, 0.6)
    if kind == "uneven light":
        made.fall = real(0.4, 0.75)
    elif kind == "shadow":
        made.shadow, made.edge = real(0.25, 0.65), float(pick([0.002, 0.01, 0.03]))
    elif kind == "frame":
        made.frame, made.table, high = real(0.04, 0.2), real(0.05, 0.5), real(0.25, 0.4)
    elif kind == "several digits":
        made.pen, high = real(0.015, 0.035), real(0.25, 0.4)
    elif kind == "empty":
        made.grain, made.shadow, made.lines = real(0.02, 0.1), float(pick([0, 0, 0.4])), str(pick(["", ""]))
        made.frame = float(pick([0, 0, 0.1]))
        return made
    elif kind == "thin pen":
        made.size = (2000, 1500)
        made.pen, made.pressure, made.blur, high = real(0.003, 0.008), 0.3, real(0.0003, 0.001), real(0.3, 0.7)
    elif kind == "paper":
        made.lines, made.line, made.pen = str(pick(["squared", "lined"])), real(0.1, 0.35), real(0.012, 0.04)
    elif kind == "chalkboard":
        made.paper, made.ink = [(0.1, 0.18, 0.14), (0.15, 0.15, 0.16)][chance.integers(2)], (0.85, 0.86, 0.8)
        made.pressure = 0.25
    elif kind == "colour":
        made.ink = [(0.1, 0.2, 0.7), (0.75, 0.12, 0.15), (0.1, 0.5, 0.2), (0.5, 0.2, 0.6), (0.35, 0.35, 0.38)][
            chance.integers(5)
        ]
    elif kind == "turned":
        made.orientation = int(pick(list(ROTATED)))
    if kind == "several digits":
        count = int(chance.integers(2, 5))
        span = made.size[0] / min(made.size)
        high = min(high, 0.75 * span / count)
        for place in range(count):
            where = ((place + 0.5) / count, real(0.43, 0.57))
            made.digits.append(placed(int(chance.integers(10)), chance, made.size, high, where))
    else:
        room = 1 - 2 * made.frame * 1.4
        where = None if room == 1 else (real(0.45, 0.55), real(0.45, 0.55))
        made.digits.append(placed(int(chance.integers(10)), chance, made.size, high, where))
    return made


KINDS = [
    "uneven light",
    "shadow",
    "frame",
    "several digits",
    "empty",
    "thin pen",
    "paper",
    "chalkboard",
    "colour",
    "turned",
]
