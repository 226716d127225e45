"""Inference runs on one thread, whichever thread calls it, and with the right network."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch

from cae import inference
from cae.config import ModelConfig, TrainConfig
from cae.evaluation.metrics import per_image
from cae.model import ConvAutoencoder
from cae.runs import checkpoint
from cae.runs.run import Run


def untrained(seed, channels=(4,)):
    config = TrainConfig(ModelConfig(channels))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        weights = ConvAutoencoder(config.model).state_dict()
    return Run(config, weights={name: value.numpy() for name, value in weights.items()})


@pytest.fixture(scope="module")
def pictures(digits):
    return digits.test.images[:5, 0].numpy()


def directly(run, pictures):
    with torch.inference_mode():
        return checkpoint.build(run)(torch.from_numpy(pictures.copy()).unsqueeze(1).float() / 255)


def test_pictures_and_figures_are_those_of_the_network(pictures):
    run = untrained(0)
    back, expected = inference.reconstruct(run, pictures), directly(run, pictures)
    assert back.images.dtype == np.uint8 and back.images.shape == pictures.shape
    assert np.abs(back.images - expected[:, 0].mul(255).numpy()).max() <= 0.51
    each = per_image(torch.from_numpy(pictures).unsqueeze(1).float() / 255, expected)
    for name in ("mse", "rmse", "psnr", "ssim"):
        told = [getattr(figures, name) for figures in back.figures]
        assert told == pytest.approx(getattr(each, name).tolist(), rel=1e-3), name


def test_read_only_pictures_are_welcome_and_stay_as_they_are(pictures):
    locked = pictures.copy()
    locked.setflags(write=False)
    assert len(inference.reconstruct(untrained(0), locked).figures) == 5
    assert np.array_equal(locked, pictures)


def test_no_picture_gives_no_picture(pictures):
    assert inference.reconstruct(untrained(0), pictures[:0]).images.shape == (0, 28, 28)


def test_many_visitors_at_once_each_get_their_own_networks_answer(pictures):
    runs = [untrained(seed) for seed in range(inference.NETWORKS_KEPT + 4)]
    with ThreadPoolExecutor(8) as visitors:
        answers = list(visitors.map(lambda run: inference.reconstruct(run, pictures).images, runs * 2))
    for run, answer in zip(runs * 2, answers, strict=True):
        assert np.abs(answer - directly(run, pictures)[:, 0].mul(255).numpy()).max() <= 0.51


def test_networks_are_kept_but_not_for_ever(pictures):
    first = untrained(100)
    kept = inference.on_thread(inference.network, first)
    assert inference.on_thread(inference.network, replace(first, name="renamed")) is kept
    for seed in range(inference.NETWORKS_KEPT):
        inference.reconstruct(untrained(200 + seed), pictures)
    assert inference.on_thread(inference.network, first) is not kept


def test_all_work_is_done_on_one_thread_with_one_processor():
    def here():
        return threading.get_ident(), torch.get_num_threads()

    with ThreadPoolExecutor(4) as visitors:
        places = {future.result() for future in [visitors.submit(inference.on_thread, here) for _ in range(20)]}
    assert len(places) == 1
    ((thread, processors),) = places
    assert processors == 1 and thread != threading.get_ident()


def test_what_goes_wrong_there_is_raised_here_and_the_thread_goes_on():
    def fail():
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        inference.on_thread(fail)
    assert inference.on_thread(int, "7") == 7
