"""Bins and percentiles: every picture is counted once, edges are round numbers, infinite values are handled."""

import numpy as np
import pytest

from cae.ui.compare.bins import MOST, bins, by_class, scale

CHANCE = np.random.default_rng(0)
MSE = np.exp(CHANCE.normal(-6, 0.6, 10_000)).astype(np.float32)
PCA_MSE = np.exp(CHANCE.normal(-4, 0.4, 10_000)).astype(np.float32)
VALUES = {
    "mse": (MSE, PCA_MSE),
    "rmse": (MSE**0.5, PCA_MSE**0.5),
    "psnr": (-10 * np.log10(MSE), -10 * np.log10(PCA_MSE)),
    "ssim": (1 - MSE * 10, 1 - PCA_MSE * 10),
}


@pytest.mark.parametrize("metric", VALUES)
def test_every_picture_is_in_one_bin_which_says_its_value(metric):
    values, others = VALUES[metric]
    found = bins(metric, values, others)
    assert 8 <= len(found) <= MOST
    assert sum(found.counts(values)) == len(values)
    for value, place in zip(values[:200], found.places(values)[:200], strict=True):
        assert place == 0 or value >= found.edges[place]
        assert place == len(found) - 1 or value < found.edges[place + 1]


@pytest.mark.parametrize("metric", VALUES)
def test_edges_are_written_as_they_are(metric):
    found = bins(metric, *VALUES[metric])
    assert [float(word) for word in found.words] == pytest.approx(found.edges, rel=1e-6)
    assert len(set(found.words)) == len(found.words)


@pytest.mark.parametrize("metric", ["mse", "rmse", "psnr"])
def test_a_good_network_and_pca_both_have_a_shape(metric):
    found = bins(metric, *VALUES[metric])
    for each in VALUES[metric]:
        assert sum(count > 100 for count in found.counts(each)) >= 3


def test_a_bin_is_named_with_its_article_and_unit():
    psnr, mse = bins("psnr", *VALUES["psnr"]), bins("mse", *VALUES["mse"])
    assert psnr.range(1, "psnr") == f"a PSNR of {psnr.words[1]} to {psnr.words[2]} dB"
    assert mse.range(0, "mse") == f"an MSE below {mse.words[1]}"
    assert mse.range(len(mse) - 1, "mse") == f"an MSE of {mse.words[-2]} or more"


@pytest.mark.parametrize("metric", VALUES)
@pytest.mark.parametrize("same", [0.0, 0.01, 1.0])
def test_equal_values_have_bins_too(metric, same):
    found = bins(metric, np.full(10, same, np.float32))
    assert sum(found.counts(np.full(10, same, np.float32))) == 10
    assert len(found) >= 1


def test_perfect_pictures_count_as_the_best():
    values = np.array([20.0, 25.0, 30.0, np.inf], np.float32)
    found = bins("psnr", values)
    assert found.places(values)[-1] == len(found) - 1
    assert by_class(np.zeros(4, int), values, 1)[0].high == np.inf
    only = bins("psnr", np.full(3, np.inf, np.float32))
    assert sum(only.counts(np.full(3, np.inf, np.float32))) == 3


@pytest.mark.parametrize(("low", "high"), [(0, 0.0721), (17.3, 31.9), (0.61, 0.99), (0.5, 0.5)])
def test_a_scale_is_round_and_just_long_enough(low, high):
    found = scale(low, high, 5)
    assert found[0] <= low + 1e-9 and found[-1] >= high - 1e-9
    assert 2 <= len(found) <= 6
    steps = np.diff(found)
    assert steps == pytest.approx(steps[0])
    digit = steps[0] / 10 ** np.floor(np.log10(steps[0]) + 1e-9)
    assert round(digit, 6) in (1, 2, 5)


def test_percentiles_are_those_of_the_class_alone():
    labels = np.repeat([0, 2], 101)
    values = np.concatenate([np.arange(101), np.arange(1000, 1101)]).astype(np.float32)
    CHANCE.shuffle(values[:101])
    first, nobody, last = by_class(labels, values, 3)
    assert (first.low, first.middle, first.high) == (10, 50, 90)
    assert nobody is None
    assert (last.low, last.middle, last.high) == (1010, 1050, 1090)
