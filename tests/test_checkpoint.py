"""A checkpoint gives back the run it was given, and whatever else it is fed is one sentence."""

import io
import json
import pickle
import re
import resource
import struct
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from cae import checkpoint
from cae.config import ModelConfig, TrainConfig
from cae.model import ConvAutoencoder
from cae.run import History, Run

CONFIG = TrainConfig(ModelConfig((4, 6), code_size=5), dataset="synthetic", batch_size=200, noise=0.1)
FIGURES = {"synthetic": {"mse": 0.0123, "rmse": 0.111, "psnr": 19.5, "ssim": 0.8, "pca_mse": None}}


@pytest.fixture(scope="module")
def run(run_of, digits):
    trained = run_of(CONFIG, digits, watch=digits.validation.images[:2])
    return replace(trained, name="my run", command="python -m cae train", figures=FIGURES)


@pytest.fixture(scope="module")
def content(run):
    return checkpoint.dump(run)


def metadata_of(content):
    size = int.from_bytes(content[:8], "little")
    return json.loads(json.loads(content[8 : 8 + size])["__metadata__"]["cae"])


def rewritten(content, tensors=None, metadata=None):
    """The same file with other tensors, or with some of its description replaced."""
    words = json.dumps({**metadata_of(content), **(metadata or {})})
    return save_tensors(load_tensors(content) if tensors is None else tensors, {"cae": words})


def refusal(content):
    """The one sentence with which a file is refused; any other exception fails the test."""
    with pytest.raises(ValueError) as error:
        checkpoint.parse(content)
    sentence = str(error.value)
    assert type(error.value) is ValueError
    assert re.match(r"[\w(]", sentence) and "\n" not in sentence and sentence.endswith(".") and len(sentence) < 400
    return sentence


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
    assert metadata_of(content).keys().isdisjoint({"originals", "moments"})


def test_the_longest_run_that_can_be_ordered_comes_back(run):
    chance = np.random.default_rng(0)
    curves = History(
        tuple(chance.random(100 * 55_000 // 8)),
        tuple((step, 0.0123456) for step in range(0, 687_500, 572)),
        tuple((step, 0.0123456) for step in range(0, 687_500, 6875)),
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


@pytest.mark.parametrize("tenth", range(10))
def test_a_file_cut_short_anywhere_is_refused(content, tenth):
    refusal(content[: len(content) * tenth // 10])


@pytest.mark.parametrize("size", [1, 8, 9, 10, 100, 5000])
def test_a_file_cut_short_in_its_header_is_refused(content, size):
    refusal(content[:size])
    refusal(content[:-size])


def test_a_file_with_more_behind_is_refused(content):
    refusal(content + b"and more")


def test_foreign_safetensors_are_refused():
    weights = {"layer.weight": np.ones((2, 2), np.float32)}
    assert "not a network saved by this program" in refusal(save_tensors(weights))
    refusal(save_tensors(weights, {"format": "pt"}))
    for text in ("", "{", "null", "[]", "3", '"text"', "{}", '{"format": "other"}', "[" * 100_000):
        refusal(save_tensors(weights, {"cae": text}))


def test_a_pickle_with_another_name_is_refused_and_never_opened(run, tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "opened"), "w"))

    torch_file = io.BytesIO()
    torch.save({"trap": Trap()}, torch_file)
    for content in (pickle.dumps(Trap()), pickle.dumps(dict(run.weights)), torch_file.getvalue()):
        assert "does not begin like a safetensors file" in refusal(content)
    assert not (tmp_path / "opened").exists()


@pytest.mark.parametrize("size", [100_000_000, 2**40, 2**64 - 1])
def test_a_header_that_claims_too_much_is_refused_before_it_is_read(content, size):
    assert f"claims {size:,} bytes" in refusal(struct.pack("<Q", size) + content[8:])


def test_a_header_that_is_no_json_is_refused(content):
    size = int.from_bytes(content[:8], "little")
    for filling in (b"{" * size, b"{" + b"\xff" * (size - 1), b"{}".ljust(size), b"{" + b"[" * (size - 1)):
        refusal(content[:8] + filling + content[8 + size :])


def test_a_file_too_large_is_refused_unread(tmp_path):
    path = tmp_path / "large.safetensors"
    with path.open("wb") as file:
        file.truncate(checkpoint.MAX_BYTES + 1)
    with pytest.raises(ValueError, match="larger than 40 MB"):
        checkpoint.load(path)
    refusal(path.read_bytes())


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        checkpoint.load(tmp_path / "missing.safetensors")


SPOILED = {
    "another shape": lambda one: one[:1],
    "transposed": lambda one: one.T,
    "float64": lambda one: one.astype(np.float64),
    "float16": lambda one: one.astype(np.float16),
    "int32": lambda one: one.astype(np.int32),
    "not a number": lambda one: np.where(one == one.max(), np.nan, one).astype(np.float32),
    "infinite": lambda one: np.where(one == one.max(), np.inf, one).astype(np.float32),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_tensor_that_is_not_what_the_network_needs_is_named(content, spoil):
    name = "encoder.squeeze.1.weight"
    tensors = load_tensors(content)
    assert name in refusal(rewritten(content, {**tensors, name: np.ascontiguousarray(spoil(tensors[name]))}))


def test_a_counter_that_is_no_whole_number_is_refused(content):
    tensors = load_tensors(content)
    name = "encoder.stages.0.norm.num_batches_tracked"
    refusal(rewritten(content, {**tensors, name: tensors[name].astype(np.float32)}))


def test_missing_and_extra_tensors_are_named(content):
    tensors = load_tensors(content)
    for name in tensors:
        assert name in refusal(rewritten(content, {one: tensors[one] for one in tensors if one != name}))
    assert "stowaway" in refusal(rewritten(content, {**tensors, "stowaway": np.zeros(3, np.float32)}))
    refusal(rewritten(content, {}))


def test_weights_of_another_network_are_refused(content):
    for model in (ModelConfig((4, 6)), ModelConfig((4, 7), 5), ModelConfig((4, 6), 5, "transpose")):
        refusal(rewritten(content, metadata={"config": replace(CONFIG, model=model).as_dict()}))


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ("model", {"channels": [129]}),
        ("model", {"channels": [10**9] * 4}),
        ("model", {"channels": "16"}),
        ("model", {"channels": [[1]]}),
        ("model", {"code_size": 513}),
        ("model", {"unpooling": "magic"}),
        ("model", {"extra": 1}),
        (None, {"epochs": 10**6}),
        (None, {"learning_rate": 10**400}),
        (None, {"learning_rate": float("nan")}),
        (None, {"dataset": "../../etc/passwd"}),
        (None, {"model": []}),
        (None, {"seed": {}}),
    ],
)
def test_a_config_out_of_bounds_is_refused(content, part, values):
    config = CONFIG.as_dict()
    (config[part] if part else config).update(values)
    refusal(rewritten(content, metadata={"config": config}))


@pytest.mark.parametrize("config", [None, [], "config", 3, {}])
def test_a_config_that_is_none_is_refused(content, config):
    refusal(rewritten(content, metadata={"config": config}))


@pytest.mark.parametrize(
    "change",
    [
        {"history": None},
        {"history": []},
        {"history": {"losses": [0.1]}},
        {"history": {"losses": ["0.1"], "held_out": [], "epochs": []}},
        {"history": {"losses": [float("nan")], "held_out": [], "epochs": []}},
        {"history": {"losses": [10**400], "held_out": [], "epochs": []}},
        {"history": {"losses": [], "held_out": [[1, 2, 3]], "epochs": []}},
        {"history": {"losses": [], "held_out": [1], "epochs": []}},
        {"seconds": None},
        {"seconds": float("inf")},
        {"steps": "many"},
        {"steps": float("nan")},
        {"steps": float("inf")},
        {"steps_per_epoch": []},
        {"images_per_second": "fast"},
        {"figures": None},
        {"figures": [1]},
        {"figures": {"mnist": "good"}},
        {"figures": {"mnist": {"mse": "small"}}},
        {"figures": {"mnist": {"mse": float("nan")}}},
    ],
    ids=str,
)
def test_a_description_that_makes_no_sense_is_refused(content, change):
    assert "its description is incomplete" in refusal(rewritten(content, metadata=change))


def test_every_part_of_the_description_is_needed(content):
    whole = metadata_of(content)
    for name in whole.keys() - {"versions"}:
        words = json.dumps({one: whole[one] for one in whole if one != name})
        refusal(save_tensors(load_tensors(content), {"cae": words}))


def test_a_variance_below_zero_is_refused_since_its_root_is_no_number(content):
    name = "encoder.stages.0.norm.running_var"
    assert name in refusal(rewritten(content, {**load_tensors(content), name: np.full(4, -1, np.float32)}))


@contextmanager
def files_no_larger_than(size):
    """The disk is full, as far as this process can see."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(run, tmp_path):
    path = tmp_path / "run.safetensors"
    checkpoint.save(run, path)
    before = path.read_bytes()
    with files_no_larger_than(1000), pytest.raises(OSError):
        checkpoint.save(replace(run, name="another"), path)
    with pytest.raises(ValueError):
        checkpoint.save(replace(run, seconds=float("nan")), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


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
