"""The area under the ROC curve and the curve itself, beside scikit-learn's."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from sklearn.metrics import roc_auc_score, roc_curve

from cae.evaluation.roc import auroc, found_at

FEW = some.lists(some.integers(0, 8), min_size=1, max_size=40)  # with many equal scores


def both(inliers, outliers):
    labels = np.r_[np.zeros(len(inliers)), np.ones(len(outliers))]
    return labels, np.r_[inliers, outliers]


@given(FEW, FEW)
def test_the_area_is_that_of_an_independent_library(inliers, outliers):
    ours = auroc(torch.tensor(inliers, dtype=torch.float32), torch.tensor(outliers, dtype=torch.float32))
    assert ours == pytest.approx(roc_auc_score(*both(inliers, outliers)), abs=1e-12)


@given(FEW, FEW, some.lists(some.floats(0, 1), min_size=1, max_size=5))
def test_the_curve_is_that_of_an_independent_library(inliers, outliers, alarms):
    ours = found_at(torch.tensor(inliers), torch.tensor(outliers), torch.tensor(alarms))
    false, true, _ = roc_curve(*both(inliers, outliers), drop_intermediate=False)
    for alarm, found in zip(alarms, ours.tolist(), strict=True):
        assert found == pytest.approx(true[false <= float(torch.tensor(alarm)) + 1e-8].max(), abs=1e-6)


def test_thousands_of_scores_are_told_apart_as_well():
    chance = torch.Generator().manual_seed(0)
    inliers, outliers = torch.randn(10_000, generator=chance), 1 + torch.randn(9_000, generator=chance)
    assert auroc(inliers, outliers) == pytest.approx(roc_auc_score(*both(inliers, outliers)), abs=1e-12)


def test_the_ends_are_all_none_and_chance():
    low, high = torch.arange(5.0), torch.arange(10.0, 15.0)
    assert auroc(low, high) == 1 and auroc(high, low) == 0 and auroc(low, low) == 0.5
    assert found_at(low, high, torch.tensor([0.0, 1.0])).tolist() == [1, 1]
    assert found_at(high, low, torch.tensor([0.0, 0.5, 1.0])).tolist() == [0, 0, 1]
