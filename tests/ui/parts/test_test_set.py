"""The test set and what is measured on it: right, made once, and not kept for ever."""

from dataclasses import asdict

import numpy as np
import pytest
import streamlit as st
import torch

from cae.config import ModelConfig, TrainConfig
from cae.data import datasets
from cae.evaluation.measurement import evaluate, pca_at
from cae.evaluation.pca import PCA
from cae.model import ConvAutoencoder
from cae.runs.run import Run
from cae.ui.parts import test_set
from cae.ui.visitor import kept


def silent(share, words):
    pass


@pytest.fixture(autouse=True)
def nothing_kept():
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture
def test(few_digits):
    return test_set.load("synthetic", silent)


def test_it_is_the_test_split_and_the_pca_of_the_training_split(test):
    digits = datasets.load("synthetic")
    assert np.array_equal(test.images, digits.test.images.squeeze(1).numpy())
    assert np.array_equal(test.labels, digits.test.labels.numpy())
    assert torch.equal(test.pca.mean, PCA.fit(digits.train.images).mean)


def test_the_training_pictures_are_not_kept(test):
    assert test.images.base is None


def test_a_network_is_measured_as_on_the_command_line_and_only_once(test):
    model = ConvAutoencoder(ModelConfig((4,), code_size=8, unpooling="transpose")).eval()
    weights = {name: value.numpy() for name, value in model.state_dict().items()}
    run = Run(TrainConfig(model=model.config, dataset="synthetic"), weights=weights)
    result = test_set.measure_network(run, test, silent)
    alone = evaluate(model, torch.from_numpy(test.images).unsqueeze(1))
    assert asdict(result.figures) == pytest.approx(asdict(alone.figures), rel=1e-4)
    assert result.images.shape == test.images.shape
    assert result.at(7).rmse == pytest.approx(float(alone.per_image.rmse[7]), rel=1e-4)
    assert test_set.measure_network(run, test, silent) is result


def test_pca_is_measured_at_its_size(test):
    result = test_set.measure_pca(16, test, silent)
    alone = evaluate(pca_at(test.pca, 16), torch.from_numpy(test.images).unsqueeze(1))
    assert result.figures.mse == pytest.approx(alone.figures.mse)
    assert test_set.measure_pca(32, test, silent).figures.mse < result.figures.mse


def test_old_measurements_make_room_for_new_ones(test):
    first = test_set.measure_pca(1, test, silent)
    for size in range(2, 2 + kept.MOST):
        test_set.measure_pca(size, test, silent)
    assert test_set.measure_pca(1, test, silent) is not first


def test_a_data_set_that_cannot_be_had_is_not_asked_for_at_every_click(no_network, tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("CAE_DATA_DIR", str(tmp_path))
    for _ in range(3):
        with pytest.raises(OSError, match="could not be downloaded"):
            test_set.load("mnist", silent)
    assert len(caplog.records) == 1
    test_set.forget("mnist")
    with pytest.raises(OSError, match="could not be downloaded"):
        test_set.load("mnist", silent)
    assert len(caplog.records) == 2
