"""The folder's README: what each file is, and what is known of the run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import fields

from cae.config.settings import chosen, written
from cae.export.goal import goal
from cae.registry import entry, title
from cae.runs.figures import Figures
from cae.runs.run import Run
from cae.text import plain, printable

__all__ = ["to_readme"]

LONGEST_NAME = 80
UNITS = {"psnr": " dB"}
ABOUT = {
    "network.py": "the network in PyTorch: `load()`, then `encode`, `decode`, or both at once",
    "weights.safetensors": "its weights",
    "example.py": "reconstructs one picture",
    "network.ipynb": "a Jupyter notebook that trains it again",
    "network.onnx": "the network for ONNX Runtime and others: `pictures` in, `reconstructions` and `code` out",
    "synthetic.py": "draws the digits that it was trained on, for the notebook",
    "skeletons.py": "the shapes of these digits",
    "strokes.py": "the pen that draws them",
}
EXAMPLE = """
```bash
pip install torch safetensors numpy pillow
python example.py                # reconstructs random pixels
python example.py picture.png    # or a picture of yours
```
"""
TIES = """
The decoder uses switches: the position of the maximum in each pooling window. Where two values of a window are equal up
to rounding, another machine may choose the other one, and the picture differs there: in about one of 3,000 pictures.
"""
MEANING = "Pixels are from 0 to 1. Low MSE (mean squared error) and RMSE are good; high PSNR and SSIM are good."


def to_readme(run: Run, files: Iterable[str]) -> str:
    """The text of ``README.md`` for a folder with these files."""
    name = plain(printable(" ".join(run.title.split()))[:LONGEST_NAME])
    parts = [
        f"# {name}: a convolutional autoencoder\n",
        _summary(run),
        _table("file", "what it is", ((f"`{file}`", ABOUT[file]) for file in files)),
        EXAMPLE.lstrip(),
        _input(run),
        *([TIES.lstrip()] if run.config.model.needs_switches else []),
        "## Figures\n",
        _table("figure", "value", _figures(run)),
        f"{MEANING}\n",
        "## Settings\n",
        _table("setting", "value", _settings(run)),
    ]
    return "\n".join(parts)


def _table(left: str, right: str, rows: Iterable[tuple[str, str]]) -> str:
    return "".join(f"| {one} | {other} |\n" for one, other in [(left, right), ("---", "---"), *rows])


def _summary(run: Run) -> str:
    model = run.config.model
    numbers = f"{model.code_numbers:,} number{'s' * (model.code_numbers != 1)}"
    around = f"{model.switch_bits:,} bits of switches bypass it" if model.switch_bits else "nothing bypasses it"
    return (
        f"It was trained on {title(run.config.dataset)}: pictures of {model.picture}.\n"
        f"Its code has {numbers}; {around}. It has {model.parameters:,} parameters.\n"
        "Nothing here needs the app that trained it.\n"
    )


def _input(run: Run) -> str:
    side, about = run.config.model.picture.side, entry(run.config.dataset)
    words = f"A picture has {side}×{side} pixels, from 0 (black) to 1 (white)."
    if about and about.drawn:
        words += f" The network knows only white {about.things}s on black, fitted into the middle 20×20 pixels."
    return f"{words}\n"


def _figures(run: Run) -> Iterator[tuple[str, str]]:
    """The error on validation pictures, and the figures of the test pictures that are stored with the run."""
    aim = goal(run)
    if aim.error is not None:
        which = f"first {aim.pictures} validation pictures" if aim.pictures else "validation pictures"
        yield f"MSE on the {which}", f"{aim.error:#.3g}"
    for dataset, figures in run.figures.items():
        for one in fields(Figures):
            value = figures.get(one.name)
            if value is not None and math.isfinite(value):
                told = f"{value:#.3g}{UNITS.get(one.name, '')}"
                yield f"{one.name.upper()} on the test pictures of {title(dataset)}", told


def _settings(run: Run) -> Iterator[tuple[str, str]]:
    for field, about, value in chosen(run.config.model, run.config):
        yield about.label, title(value) if field.name == "dataset" else written(value)
