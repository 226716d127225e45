"""The registry of data sets: one entry each, with the shape of its pictures and what people need to know of them.

The model, the metrics, PCA, the pages and the files of networks ask here. Where the files are is known to
``cae.data.sources``; this module needs neither torch nor files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "DATASETS",
    "FOLDER",
    "GREATEST_SIDE",
    "LEAST_SIDE",
    "OWN",
    "Entry",
    "Shape",
    "class_names",
    "entry",
    "is_drawn",
    "option",
    "title",
    "worded",
    "yours",
]

FOLDER = "folder:"  # such a name goes on with the path of a folder or zip of pictures
OWN = f"{FOLDER}own"  # the pictures that a visitor of the app has uploaded
LEAST_SIDE, GREATEST_SIDE = 16, 64  # pixels


@dataclass(frozen=True)
class Shape:
    """The shape of a picture: square, with 1 channel (grey) or 3 (red, green, blue)."""

    side: int = 28
    channels: int = 1

    def __post_init__(self) -> None:
        if type(self.side) is not int or self.side not in range(LEAST_SIDE, GREATEST_SIDE + 1):
            raise ValueError(f"side is {self.side}; it must be a whole number from {LEAST_SIDE} to {GREATEST_SIDE}.")
        if type(self.channels) is not int or self.channels not in (1, 3):
            raise ValueError(f"channels is {self.channels}; it must be 1 (grey) or 3 (colour).")

    @property
    def values(self) -> int:
        """Numbers in a picture: channels × side × side."""
        return self.channels * self.side**2

    @property
    def bits(self) -> int:
        """Bits of a picture with 8 bits a value."""
        return 8 * self.values

    @property
    def array(self) -> tuple[int, ...]:
        """The shape of one picture as an array: (S, S), or (S, S, 3) in colour."""
        return (self.side, self.side, 3) if self.channels == 3 else (self.side, self.side)

    def __str__(self) -> str:
        return f"{self.side}×{self.side} pixels in {'colour' if self.channels == 3 else 'grey'}"


@dataclass(frozen=True)
class Entry:
    """A data set.

    Attributes:
        title: its name as people read it.
        about: one line for whoever chooses among data sets.
        things: what one picture shows.
        drawn: whether a person's strokes, prepared as in MNIST, are such a picture.
        source: who made it; with ``licence``, what may be done with it.
    """

    title: str
    about: str
    shape: Shape
    classes: tuple[str, ...]
    things: Literal["digit", "letter", "character", "piece of clothing", "picture"]
    drawn: bool
    source: str
    licence: str


DIGITS = tuple("0123456789")
GREY, COLOUR = Shape(28, 1), Shape(32, 3)

DATASETS = {
    "mnist": Entry(
        "MNIST",
        "70,000 handwritten digits, downloaded once (11 MB).",
        GREY,
        DIGITS,
        "digit",
        True,
        "LeCun, Cortes and Burges, The MNIST database of handwritten digits",
        "CC BY-SA 3.0",
    ),
    "fashion-mnist": Entry(
        "Fashion-MNIST",
        "70,000 pictures of clothes, downloaded once (29 MB).",
        GREY,
        ("T-shirt", "Trousers", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
        "piece of clothing",
        False,
        "Xiao, Rasul and Vollgraf, Fashion-MNIST: a novel image dataset, 2017",
        "MIT",
    ),
    "kmnist": Entry(
        "KMNIST",
        "70,000 handwritten Japanese characters of ten kinds, downloaded once (20 MB).",
        GREY,
        ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        "character",
        True,
        "Clanuwat et al., Deep learning for classical Japanese literature, 2018",
        "CC BY-SA 4.0",
    ),
    "emnist-letters": Entry(
        "EMNIST letters",
        "145,600 handwritten letters, downloaded once (560 MB, with all of EMNIST).",
        GREY,
        tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        "letter",
        True,
        "Cohen, Afshar, Tapson and van Schaik, EMNIST: an extension of MNIST to handwritten letters, 2017",
        "made from NIST Special Database 19",
    ),
    "emnist-balanced": Entry(
        "EMNIST balanced",
        "131,600 handwritten digits and letters of 47 kinds, downloaded once (560 MB, with all of EMNIST).",
        GREY,
        tuple("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"),
        "character",
        True,
        "Cohen, Afshar, Tapson and van Schaik, EMNIST: an extension of MNIST to handwritten letters, 2017",
        "made from NIST Special Database 19",
    ),
    "cifar-10": Entry(
        "CIFAR-10",
        "60,000 colour photos of ten kinds of things, downloaded once (170 MB).",
        COLOUR,
        ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        "picture",
        False,
        "Krizhevsky, Learning multiple layers of features from tiny images, 2009",
        "none stated",
    ),
    "svhn": Entry(
        "SVHN",
        "99,289 colour photos of house numbers, downloaded once (246 MB).",
        COLOUR,
        DIGITS,
        "digit",
        False,
        "Netzer et al., Reading digits in natural images with unsupervised feature learning, 2011",
        "for non-commercial use only",
    ),
    "synthetic": Entry(
        "synthetic digits",
        "Digits drawn by this program: no download.",
        GREY,
        DIGITS,
        "digit",
        True,
        "this program",
        "free",
    ),
}


def entry(name: str) -> Entry | None:
    """The data set called ``name``; None for a person's own pictures, whose shape and classes are their own."""
    return DATASETS.get(name)


def is_drawn(name: str) -> bool:
    """Whether a person's strokes, prepared as in MNIST, are a picture of this data set."""
    return name in DATASETS and DATASETS[name].drawn


def title(name: str) -> str:
    """A data set's name as people read it."""
    if name in DATASETS:
        return DATASETS[name].title
    return "an upload" if name == OWN else "a folder"


def option(name: str) -> str:
    """What a choice among data sets calls it."""
    return "own pictures" if name == OWN else title(name)


def class_names(name: str) -> tuple[str, ...]:
    """The names of a data set's classes; none for a person's own pictures, which have them with them."""
    return DATASETS[name].classes if name in DATASETS else ()


def yours(name: str) -> str:
    """A visitor's drawing beside this data set's pictures: ``your digit`` only where those are digits."""
    about = entry(name)
    return "your digit" if about and about.drawn and about.things == "digit" else "your drawing"


def worded(text: str, name: str) -> str:
    """A text about digits as it is for this data set: where its pictures are no digits, it says "picture"."""
    about = entry(name)
    if about and about.drawn and about.things == "digit":
        return text
    return text.replace("digit", "picture").replace("Digit", "Picture")
