"""How well a score tells two sets apart: the ROC curve and the area under it."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["auroc", "found_at"]


def auroc(inliers: Tensor, outliers: Tensor) -> float:
    """The probability that an outlier's score (M,) is larger than an inlier's (N,); of equal scores, half counts.

    This is the area under the ROC curve: 1 tells all apart, ½ is chance, and less than ½ has them the wrong way round.
    Computed from ranks (Mann & Whitney, 1947).
    """
    _, places, counts = torch.cat([inliers, outliers]).unique(return_inverse=True, return_counts=True)
    ranks = (counts.cumsum(0) - (counts - 1) / 2).double()[places[len(inliers) :]]
    least = len(outliers) * (len(outliers) + 1) / 2
    return float((ranks.sum() - least) / (len(inliers) * len(outliers)))


def found_at(inliers: Tensor, outliers: Tensor, alarms: Tensor) -> Tensor:
    """The ROC curve: the share of outliers that are found where these shares of inliers, (K,), give a false alarm.

    A score above a threshold is an alarm. Of the thresholds with at most that share of false alarms, the lowest is
    taken. Returns (K,).
    """
    ordered = inliers.double().sort(descending=True).values
    several = (alarms.double() * len(ordered) + 1e-9).floor().long()
    thresholds = torch.cat([ordered, torch.full((1,), -torch.inf, dtype=ordered.dtype)])[several]
    rising = outliers.double().sort().values
    return 1 - torch.searchsorted(rising, thresholds, right=True) / len(rising)
