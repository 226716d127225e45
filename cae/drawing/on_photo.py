"""What a network is given of a photo: a digit on it, or the photo itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cae.images import in_shape
from cae.registry import Shape

__all__ = ["OnPhoto", "digit_in"]


@dataclass(frozen=True, eq=False)
class OnPhoto:
    """A photo (H, W, 3), and a digit on it as MNIST would show it, (28, 28), if there is one."""

    photo: NDArray[np.uint8]
    digit: NDArray[np.uint8] | None

    def digit_in(self, shape: Shape) -> NDArray[np.uint8] | None:
        """The digit as a picture of this shape; None without one."""
        return None if self.digit is None else digit_in(self.digit, shape)

    def square_in(self, shape: Shape) -> NDArray[np.uint8]:
        """The photo's middle square as a picture of this shape."""
        shorter = min(self.photo.shape[:2])
        top, left = ((length - shorter) // 2 for length in self.photo.shape[:2])
        square = self.photo[top : top + shorter, left : left + shorter]
        if shape.channels == 1:
            square = np.asarray(Image.fromarray(square).convert("L"))
        return _resized(square, shape.side, Image.Resampling.LANCZOS)


def digit_in(digit: NDArray[np.uint8], shape: Shape) -> NDArray[np.uint8]:
    """A digit (28, 28) as a picture of this shape."""
    same = len(digit) == shape.side
    return in_shape(digit if same else _resized(digit, shape.side, Image.Resampling.BICUBIC), shape)


def _resized(picture: NDArray[np.uint8], side: int, how: Image.Resampling) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(picture).resize((side, side), how))
