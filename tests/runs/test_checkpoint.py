"""A checkpoint gives back the run that was saved. (Bad files are in test_hostile_checkpoints.)"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load as load_tensors

from cae.config import ModelConfig, TrainConfig
from cae.half import rounded
from cae.model import ConvAutoencoder
from cae.runs import checkpoint
from cae.runs.run import History, Run
from tests.forgery import description

CONFIG = TrainConfig(
    ModelConfig((4, 6), code_size=5), dataset="synthetic", batch_size=200, corruption="gaussian", strength=0.1
)
FIGURES = {"synthetic": {"mse": 0.0123, "rmse": 0.111, "psnr": 19.5, "ssim": 0.8, "pca_mse": None}}


@pytest.fixture(scope="module")
def run(run_of, digits):
    trained = run_of(CONFIG, digits, watch=digits.validation.images[:2])
    return replace(trained, name="my run", command="python -m cae train", figures=FIGURES)


@pytest.fixture(scope="module")
def content(run):
    return checkpoint.dump(run)


def close(one, other):
    """The curves are kept to six digits."""
    return np.allclose(one, other, rtol=1e-5, atol=0)


def test_a_run_comes_back_whole(run, tmp_path):
    path = tmp_path / "new folder" / "run.safetensors"
    checkpoint.save(run, path)
    back = checkpoint.load(path)
    for name in ("config", "name", "device", "steps", "steps_per_epoch", "ending", "command", "figures", "step"):
        assert getattr(back, name) == getattr(run, name), name
    assert back.digest == run.digest
    assert back.weights.keys() == run.weights.keys()
    for name, value in run.weights.items():
        assert np.array_equal(back.weights[name], value) and back.weights[name].dtype == value.dtype
    assert len(run.history.losses) == 3 and len(run.history.epochs) == 1
    assert close(back.history.losses, run.history.losses)
    assert close(back.history.held_out, run.history.held_out)
    assert close(back.history.epochs, run.history.epochs)
    assert close([back.seconds, back.images_per_second], [run.seconds, run.images_per_second])


def test_the_curves_of_a_variational_run_come_back(run_of, digits):
    config = replace(CONFIG, model=ModelConfig((4, 6), 5, "transpose", beta=0.5))
    run = run_of(config, digits)
    back = checkpoint.parse(checkpoint.dump(run))
    assert back.config == config and back.digest == run.digest
    assert len(back.history.kl) == 3 and close(back.history.kl, run.history.kl)
    assert close(back.history.held_out_kl, run.history.held_out_kl)


def halved(run):
    return replace(run, weights={name: rounded(values) for name, values in run.weights.items()})


def test_weights_rounded_to_16_bits_take_half_of_the_file_and_come_back_to_the_last_bit(run_of, digits):
    run = run_of(replace(CONFIG, model=ModelConfig((16, 32), 64, "transpose")), digits)
    half = halved(run)
    whole, content = checkpoint.dump(run), checkpoint.dump(half)
    assert 0.5 < len(content) / len(whole) < 0.6
    back = checkpoint.parse(content)
    assert back.digest == half.digest != run.digest == checkpoint.parse(whole).digest
    for name, value in run.weights.items():
        found = back.weights[name]
        assert found.dtype == value.dtype
        assert np.allclose(found, value, rtol=2**-11, atol=1e-7) if value.ndim > 1 else np.array_equal(found, value)
    assert checkpoint.dump(back) == content
    pictures = digits.test.images.float() / 255
    with torch.inference_mode():
        assert (checkpoint.build(run)(pictures) - checkpoint.build(back)(pictures)).abs().max() < 0.01


def test_a_weight_too_large_for_16_bits_stays_as_it_is(run):
    name = "encoder.stages.1.convolution.weight"
    large = replace(run, weights={**run.weights, name: run.weights[name] + np.float32(70_000.5)})
    assert np.array_equal(halved(large).weights[name], large.weights[name])
    assert checkpoint.parse(checkpoint.dump(halved(large))).digest == halved(large).digest


def test_the_network_that_is_built_is_the_one_that_was_trained(run, digits):
    model = checkpoint.build(run)
    with torch.inference_mode():
        back = model(digits.validation.images[:2].float() / 255).squeeze(1).mul(255).round().byte().numpy()
    assert np.abs(back.astype(int) - run.moments[-1].reconstructions).max() <= 1
    assert not model.training


def test_building_leaves_the_run_as_it_was(run):
    before = run.weights["encoder.stages.0.convolution.weight"].copy()
    for parameter in checkpoint.build(run).parameters():
        parameter.data.zero_()
    assert np.array_equal(run.weights["encoder.stages.0.convolution.weight"], before)


def test_the_file_is_plain_safetensors_and_has_no_pictures(run, content):
    assert load_tensors(content).keys() == run.weights.keys()
    assert description(content).keys().isdisjoint({"originals", "moments"})


def test_the_longest_run_that_can_be_ordered_comes_back(run):
    chance = np.random.default_rng(0)
    curves = History(
        tuple(chance.random(100 * 55_000 // 8)),
        tuple((step, 0.0123456) for step in range(0, 687_500, 572)),
        tuple((step, 0.0123456) for step in range(0, 687_500, 6875)),
        tuple(100 * chance.random(100 * 55_000 // 8)),
        tuple((step, 12.3456) for step in range(0, 687_500, 572)),
    )
    back = checkpoint.parse(checkpoint.dump(replace(run, history=curves)))
    assert back.step == 687_500


@pytest.mark.parametrize(
    ("channels", "code_size"), [((128, 128, 128, 128), 512), ((128,), 79), ((1,), None), ((1,), 512)]
)
def test_the_largest_and_the_smallest_network_come_back(channels, code_size):
    config = replace(CONFIG, model=ModelConfig(channels, code_size, "transpose"))
    weights = {name: value.numpy() for name, value in ConvAutoencoder(config.model).state_dict().items()}
    back = checkpoint.parse(checkpoint.dump(Run(config, weights=weights)))
    assert back.digest == Run(config, weights=weights).digest


def test_a_perfect_figure_is_no_reason_to_lose_the_run(run):
    perfect = replace(run, figures={"synthetic": {"mse": 0.0, "psnr": float("inf")}})
    assert checkpoint.parse(checkpoint.dump(perfect)).figures == {"synthetic": {"mse": 0.0, "psnr": None}}


def test_a_file_that_never_ends_is_refused():
    with pytest.raises(ValueError, match="larger than 40 MB"):
        checkpoint.load(Path("/dev/zero"))


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        checkpoint.load(tmp_path / "missing.safetensors")


def test_saving_again_replaces_the_file(run, tmp_path):
    path = tmp_path / "run.safetensors"
    for name in ("one", "other"):
        checkpoint.save(replace(run, name=name), path)
    assert checkpoint.load(path).name == "other"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_an_os_error(run, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OSError):
        checkpoint.save(run, tmp_path / "file" / "run.safetensors")
    with pytest.raises(OSError):
        checkpoint.save(run, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
