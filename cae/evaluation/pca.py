"""Principal component analysis: the best that any *linear* autoencoder can do with a code of the same size."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["PCA"]


LARGE = 1024  # values in a picture; up to here all components are quickly found


@dataclass(frozen=True, eq=False)
class PCA:
    """``mean`` (D,) and ``components`` (K, D): orthonormal rows, ordered by variance, largest first.

    D = C·H·W values. K is D, or for fewer large pictures than they have values the number of
    pictures less one: that many directions have all of their variance.
    """

    mean: Tensor
    components: Tensor

    @classmethod
    def fit(cls, images: Tensor) -> PCA:
        """The PCA of uint8 images (N, C, H, W).

        All components are kept, so that one fit serves every code size. The covariance is summed in parts,
        in float64: its eigenvectors are the principal components (Hotelling, 1933). For fewer images than values
        (more than ``LARGE``) they are computed from the inner products of the images, which is the smaller matrix.
        """
        flat = images.flatten(1)
        if len(flat) < flat.shape[1] and flat.shape[1] > LARGE:
            return cls._of_few(flat.double() / 255)
        total = torch.zeros(flat.shape[1], dtype=torch.float64)
        products = torch.zeros(flat.shape[1], flat.shape[1], dtype=torch.float64)
        for part in flat.split(8192):
            pixels = part.float() / 255
            total += pixels.sum(0, dtype=torch.float64)
            products += pixels.T @ pixels
        mean = total / len(flat)
        _, vectors = torch.linalg.eigh(products / len(flat) - mean.outer(mean))
        return cls(mean.float(), vectors.flip(1).T.float().contiguous())

    @classmethod
    def _of_few(cls, flat: Tensor) -> PCA:
        mean = flat.mean(0)
        centred = flat - mean
        variances, vectors = torch.linalg.eigh(centred @ centred.T)
        directions = (vectors.T @ centred).flip(0)[: max(1, len(flat) - 1)]
        there = variances.flip(0)[: len(directions)] > 1e-9 * variances[-1].clamp(min=1e-12)
        return cls(mean.float(), torch.nn.functional.normalize(directions[there]).float().contiguous())

    def reconstruct(self, images: Tensor, code_size: int) -> Tensor:
        """Images (N, C, H, W) in [0, 1] → their projections on ``code_size`` components; values may leave [0, 1].

        Raises ``ValueError`` if the code would be larger than the image.
        """
        if not 0 <= code_size <= len(self.mean):  # with fewer components, these are all that there are
            raise ValueError(f"PCA of {len(self.mean)} pixels has no code of {code_size} numbers.")
        directions = self.components[:code_size]
        centred = images.flatten(1) - self.mean
        return (centred @ directions.T @ directions + self.mean).view(images.shape)
