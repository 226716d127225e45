"""``reconstruct`` and ``program``: a picture through a network, and a network that runs without torch."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cae.commands.terminal import png, silence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cae.runs.run import Run

__all__ = ["program", "reconstruct"]

SCALE = 8  # each pixel of the pair becomes a square of so many


def reconstruct(options: argparse.Namespace) -> dict[str, Any]:
    import torch

    from cae.device import choose
    from cae.evaluation.measurement import network_on
    from cae.evaluation.metrics import per_image
    from cae.files import write_whole
    from cae.images import enlarge, levels, pixels
    from cae.registry import is_drawn
    from cae.runs import checkpoint

    compute = choose(options.device)
    run = checkpoint.load(options.checkpoint)
    with silence():
        given = _digit(options, run) if is_drawn(run.config.dataset) else _picture(options, run)
    with torch.inference_mode():
        original = pixels(given[None])
        back = network_on(run, compute)(original)
    pair = levels(torch.cat([original, back], dim=3))[0]
    write_whole(options.out, png(enlarge(pair, SCALE)))
    return {"out": str(options.out), **asdict(per_image(original, back).over_set())}


def _digit(options: argparse.Namespace, run: Run) -> NDArray[np.uint8]:
    """The digit in the picture, as the network takes it."""
    from cae.drawing.digit import digit_from_image
    from cae.drawing.on_photo import digit_in
    from cae.drawing.picture_file import open_picture

    digit = digit_from_image(open_picture(options.image), options.digit)
    if digit is None:
        raise ValueError(f"{options.image} shows nothing: there is no ink to make a digit of.")
    return digit_in(digit, run.config.model.picture)


def _picture(options: argparse.Namespace, run: Run) -> NDArray[np.uint8]:
    """The middle square of the picture, for a network that was trained on pictures which nobody draws."""
    import torch

    from cae.data.prepared_picture import prepared_picture
    from cae.drawing.picture_file import MAX_BYTES
    from cae.images import arrays

    if options.digit is not None:
        raise ValueError(f"--digit is for networks that were trained on digits; {options.checkpoint} was not.")
    with options.image.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    prepared = prepared_picture(content, run.config.model.picture, str(options.image))
    picture: NDArray[np.uint8] = arrays(torch.from_numpy(prepared)[None])[0]
    return picture


def program(options: argparse.Namespace) -> dict[str, Any]:
    from cae.files import write_whole
    from cae.program.file import dump
    from cae.program.program import assemble
    from cae.program.trace import trace
    from cae.runs import checkpoint

    run = checkpoint.load(options.checkpoint)
    made = assemble(trace(checkpoint.build(run)), run.weights)
    content = dump(made)
    write_whole(options.out, content)
    return {"out": str(options.out), "bytes": len(content), "operations": len(made.encode) + len(made.decode)}
