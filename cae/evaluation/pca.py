"""Principal component analysis: the best that any *linear* autoencoder can do with a code of the same size."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["PCA"]


@dataclass(frozen=True, eq=False)
class PCA:
    """``mean`` (D,) and ``components`` (D, D): orthonormal rows, ordered by variance, largest first; D = H·W pixels."""

    mean: Tensor
    components: Tensor

    @classmethod
    def fit(cls, images: Tensor) -> PCA:
        """The PCA of uint8 images (N, 1, H, W).

        All components are kept, so that one fit serves every code size. The covariance is summed in parts,
        in float64: its eigenvectors are the principal components (Hotelling, 1933).
        """
        flat = images.flatten(1)
        total = torch.zeros(flat.shape[1], dtype=torch.float64)
        products = torch.zeros(flat.shape[1], flat.shape[1], dtype=torch.float64)
        for part in flat.split(8192):
            pixels = part.float() / 255
            total += pixels.sum(0, dtype=torch.float64)
            products += pixels.T @ pixels
        mean = total / len(flat)
        _, vectors = torch.linalg.eigh(products / len(flat) - mean.outer(mean))
        return cls(mean.float(), vectors.flip(1).T.float().contiguous())

    def reconstruct(self, images: Tensor, code_size: int) -> Tensor:
        """Images (N, 1, H, W) in [0, 1] → their projections on ``code_size`` components; values may leave [0, 1].

        Raises ``ValueError`` if the code would be larger than the image.
        """
        if not 0 <= code_size <= len(self.mean):
            raise ValueError(f"PCA of {len(self.mean)} pixels has no code of {code_size} numbers.")
        directions = self.components[:code_size]
        centred = images.flatten(1) - self.mean
        return (centred @ directions.T @ directions + self.mean).view(images.shape)
