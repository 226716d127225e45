"""The example of an exported folder: a few lines that reconstruct one picture."""

from __future__ import annotations

from cae.registry import Shape

__all__ = ["to_example"]


def to_example(shape: Shape) -> str:
    """The text of ``example.py`` for a network of pictures of this shape."""
    side = shape.side
    size = (side, side, shape.channels)
    mode, picture = ("RGB", "[0].permute(1, 2, 0)") if shape.channels == 3 else ("L", "[0, 0]")
    return f'''"""Reconstruct a picture: python example.py picture.png. Without one, random pixels."""

import sys

import numpy as np
import torch
from network import load
from PIL import Image

if len(sys.argv) > 1:
    try:
        picture = Image.open(sys.argv[1]).convert("{mode}")
    except OSError as problem:
        sys.exit(f"{{sys.argv[1]}} cannot be read as a picture: {{problem}}")
    pixels = np.array(picture.resize(({side}, {side}))).reshape{size}
else:
    pixels = np.random.default_rng(0).integers(256, size={size}, dtype=np.uint8)
pictures = torch.from_numpy(pixels).permute(2, 0, 1)[None] / 255  # (1, {shape.channels}, {side}, {side})
with torch.inference_mode():
    reconstructions = load()(pictures)
print(f"mean squared error {{(reconstructions - pictures).square().mean():.5f}}, picture in reconstruction.png")
Image.fromarray((reconstructions{picture} * 255).round().byte().numpy()).save("reconstruction.png")
'''
