"""Pictures that do not belong to a data set: what a measure of doubt should find."""

from __future__ import annotations

import torch
from torch import Tensor

from cae.data.synthetic import digits, letters, scribbles

__all__ = ["OF_ANY_SHAPE", "OUTLIERS", "outliers"]

OF_ANY_SHAPE = ("inverted", "rotated", "noise")  # made of the pictures themselves
OUTLIERS = ("clothes", "inverted", "rotated", "noise", "letters", "scribbles", "drawn digits")


def outliers(name: str, images: Tensor, clothes: Tensor | None, seed: int) -> Tensor:
    """As many pictures as ``images``, uint8 (N, C, H, W), which belong to the data set.

    Only those of ``OF_ANY_SHAPE`` can be had for pictures other than 28×28 in grey.

    - clothes: those that are given, uint8 (M, C, H, W), such as Fashion-MNIST's test pictures;
    - inverted: black on white instead of white on black;
    - rotated: turned by 90° to the left;
    - noise: each pixel has any grey level, as likely one as another;
    - letters and scribbles: drawn by this program, prepared like the digits;
    - drawn digits: drawn by the same program. They do belong: how unusual they are is due to how it draws.

    Raises ``ValueError`` for another name.
    """
    count = len(images)
    match name:
        case "clothes" if clothes is not None:
            return clothes[:count]
        case "inverted":
            return 255 - images
        case "rotated":
            return images.rot90(1, (2, 3))
        case "noise":
            chance = torch.Generator().manual_seed(seed)
            return torch.randint(0, 256, images.shape, generator=chance, dtype=torch.uint8)
        case "letters":
            return letters(count, seed)
        case "scribbles":
            return scribbles(count, seed)
        case "drawn digits":
            return digits(count, seed)[0]
    raise ValueError(f"There are no outliers called {name}; there are {', '.join(OUTLIERS)}.")
