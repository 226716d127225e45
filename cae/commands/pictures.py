"""``reconstruct`` and ``program``: a picture through a network, and a network that runs without torch."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from cae.commands.terminal import png, silence

__all__ = ["program", "reconstruct"]


def reconstruct(options: argparse.Namespace) -> dict[str, Any]:
    import numpy as np
    import torch

    from cae.device import choose
    from cae.drawing.digit import digit_from_image
    from cae.drawing.picture_file import open_picture
    from cae.evaluation.measurement import network_on
    from cae.evaluation.metrics import per_image
    from cae.files import write_whole
    from cae.inference import levels
    from cae.runs import checkpoint

    compute = choose(options.device)
    run = checkpoint.load(options.checkpoint)
    with silence():
        picture = open_picture(options.image)
    digit = digit_from_image(picture, options.digit)
    if digit is None:
        raise ValueError(f"{options.image} shows nothing: there is no ink to make a digit of.")
    with torch.inference_mode():
        original = torch.from_numpy(digit).view(1, 1, 28, 28).float() / 255
        back = network_on(run, compute)(original)
    pair = levels(torch.cat([original, back], dim=3))[0]
    write_whole(options.out, png(np.kron(pair, np.ones((8, 8), np.uint8))))
    return {"out": str(options.out), **asdict(per_image(original, back).over_set())}


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
