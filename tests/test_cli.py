"""The command line does what it says, and a mistake is one line and exit status 2."""

import json
import os
import shlex
import signal
import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.numpy import load as load_tensors

from cae import cli
from cae.config import ModelConfig, TrainConfig, command
from cae.data import datasets
from cae.data.synthetic import example
from cae.evaluation import repair
from cae.program import file as program_file
from cae.registry import DATASETS
from cae.runs import checkpoint

ROOT = Path(__file__).parents[1]
TINY = ["--dataset", "synthetic", "--channels", "4", "--batch-size", "200", "--device", "cpu"]
ALL_SETS = ", ".join(DATASETS)
METRICS = {"mse", "rmse", "psnr", "ssim"}

pytestmark = pytest.mark.usefixtures("few_digits")


@pytest.fixture(scope="module")
def trained(run_of, digits, tmp_path_factory):
    """A checkpoint of a small network with a code of five numbers."""
    config = TrainConfig(ModelConfig((4,), code_size=5), dataset="synthetic", batch_size=200)
    path = tmp_path_factory.mktemp("trained") / "run.safetensors"
    checkpoint.save(run_of(config, digits), path)
    return path


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    """Black ink on white paper."""
    path = tmp_path_factory.mktemp("picture") / "digit.png"
    Image.fromarray(255 - np.kron(example(3).numpy(), np.ones((5, 5), np.uint8))).save(path)
    return path


@pytest.fixture
def called(capsys):
    """A function: the command's words → its exit status, what it printed, and what it told on the side."""

    def call(*words):
        status = cli.main([str(word) for word in words])
        printed, told = capsys.readouterr()
        return status, printed, told

    return call


@pytest.fixture
def answered(called):
    """A function: the command's words → the one JSON object that it printed."""

    def call(*words):
        status, printed, _ = called(*words, "--json")
        assert status == 0
        assert printed.count("\n") == 1
        return json.loads(printed)

    return call


@pytest.fixture
def refused(called):
    """A function: the command's words → the one line with which they are refused."""

    def call(*words):
        return complaint(*called(*words))

    return call


def complaint(status, printed, told):
    assert (status, printed) == (2, "")
    line = told.rpartition("\r")[2]  # a progress bar may have been drawn and wiped away on the same line
    assert told.count("\n") == 1 and told.endswith(".\n") and "Traceback" not in told
    return line.strip()


def ran(*words, **environment):
    """The same in a process of its own, as a person would start it."""
    words = [sys.executable, "-m", "cae", *map(str, words)]
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


# ---- what each command does


def test_data_says_how_many_images_there_are(answered):
    assert answered("data", "--dataset", "synthetic") == {
        "dataset": "synthetic",
        "train": 600,
        "validation": 200,
        "test": 200,
        "shape": "28×28 pixels in grey",
        "classes": 10,
    }


def test_export_writes_a_folder_or_an_archive(answered, refused, trained, tmp_path):
    told = answered("export", trained, "--out", tmp_path / "folder")
    assert sorted(told["files"]) == sorted(path.name for path in (tmp_path / "folder").iterdir())
    assert told["bytes"] == sum(path.stat().st_size for path in (tmp_path / "folder").iterdir())
    again = answered("export", trained, "--out", tmp_path / "archive.zip")
    assert zipfile.ZipFile(tmp_path / "archive.zip").namelist() == [f"network/{name}" for name in again["files"]]
    (tmp_path / "folder.zip").mkdir()
    for taken, why in ((trained, "a file"), (tmp_path / "folder", "not empty"), (tmp_path / "folder.zip", "a folder")):
        needed = "--out needs the name of a new or empty folder, or of a .zip file."
        assert refused("export", trained, "--out", taken) == f"{taken} is {why}; {needed}"
    assert refused("export", tmp_path / "none").endswith("No such file or directory.")


def test_train_saves_the_run_that_was_asked_for(answered, tmp_path):
    out = tmp_path / "new" / "run.safetensors"
    told = answered("train", *TINY, "--epochs", 2, "--seed", 7, "--noise", 0.1, "--out", out, "--name", "mine")
    run = checkpoint.load(out)
    assert run.config == TrainConfig(
        ModelConfig((4,)), "synthetic", epochs=2, batch_size=200, corruption="gaussian", strength=0.1, seed=7
    )
    assert (run.name, run.ending, run.step, run.steps) == ("mine", "complete", 6, 6)
    assert (told["out"], told["steps"], told["device"]) == (str(out), 6, run.device)
    assert told["train_loss"] == pytest.approx(run.history.losses[-1], rel=1e-5)
    assert told["held_out_mse"] == pytest.approx(run.history.epochs[-1][1], rel=1e-5)


def test_the_command_in_a_checkpoint_repeats_it(answered, tmp_path):
    model = ModelConfig((4, 5), 6, "fixed")
    config = TrainConfig(
        model,
        "synthetic",
        1,
        300,
        1 / 300,
        schedule="constant",
        warp=0.5,
        corruption="gaussian",
        strength=0.25,
        seed=11,
    )
    first, second = tmp_path / "first one.safetensors", tmp_path / "second one.safetensors"
    answered(*shlex.split(command(config, str(first)))[3:], "--device", "cpu")
    run = checkpoint.load(first)
    assert run.config == config
    words = shlex.split(run.command)
    assert words[-1] == str(first)
    answered(*words[3:-1], second, "--device", "cpu")
    assert checkpoint.load(second).digest == run.digest


def test_train_with_evaluate_stores_the_figures_that_evaluate_finds(answered, tmp_path):
    out = tmp_path / "run.safetensors"
    told = answered("train", *TINY, "--code-size", 5, "--evaluate", "--out", out)
    found = answered("evaluate", out)
    stored = checkpoint.load(out).figures["synthetic"]
    assert stored.keys() == METRICS | {f"pca_{name}" for name in METRICS}
    for name, value in stored.items():
        assert found[name] == pytest.approx(value, rel=1e-4)
        assert told[name] == pytest.approx(value, rel=1e-4)


def test_exact_norms_are_those_of_all_training_pictures(answered, tmp_path):
    out, usual = tmp_path / "run.safetensors", tmp_path / "usual.safetensors"
    words = [*TINY, "--code-size", 2, "--unpooling", "transpose", "--batch-size", 20]
    told, before = answered("train", *words, "--exact-norms", "--out", out), answered("train", *words, "--out", usual)
    run = checkpoint.load(out)
    assert run.command.endswith(" --exact-norms")
    assert told["held_out_mse"] == pytest.approx(run.history.epochs[-1][1], rel=1e-5) != before["held_out_mse"]
    network, seen = checkpoint.build(run), []
    images = datasets.load("synthetic").train.images.float() / 255
    norms = [one for one in network.modules() if isinstance(one, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.register_forward_pre_hook(lambda norm, given: seen.append((norm, given[0])))
    network(images)
    assert len(seen) == len(norms) > 1
    for norm, maps in seen:
        assert torch.allclose(norm.running_mean, maps.mean((0, 2, 3)), atol=1e-4)
        assert torch.allclose(norm.running_var, maps.var((0, 2, 3)), rtol=1e-3, atol=1e-5)
    same = {name: values for name, values in run.weights.items() if "running" not in name and "tracked" not in name}
    assert all(np.array_equal(checkpoint.load(usual).weights[name], values) for name, values in same.items())


def test_a_network_in_16_bits_is_measured_as_it_is_stored_and_trained_again_by_its_command(answered, tmp_path):
    out, second = tmp_path / "run.safetensors", tmp_path / "second.safetensors"
    told = answered("train", *TINY, "--code-size", 5, "--half", "--evaluate", "--out", out)
    assert told["mse"] == pytest.approx(answered("evaluate", out)["mse"], rel=1e-6)
    weights = load_tensors(out.read_bytes())
    assert {str(value.dtype) for value in weights.values() if value.ndim > 1} == {"float16"}
    words = shlex.split(checkpoint.load(out).command)
    words[words.index("--out") + 1] = second
    answered(*words[3:], "--device", "cpu")
    assert checkpoint.load(second).digest == checkpoint.load(out).digest


def test_evaluate_measures_the_test_images_beside_pca(answered, trained):
    told = answered("evaluate", trained)
    assert told.keys() == {"dataset", "images"} | METRICS | {f"pca_{name}" for name in METRICS}
    assert (told["dataset"], told["images"]) == ("synthetic", 200)
    assert 0 < told["mse"] < 1 and 0 < told["pca_mse"] < 0.07
    assert told["rmse"] == pytest.approx(told["mse"] ** 0.5)


def test_evaluate_has_no_pca_beside_a_network_without_a_code_size(answered, run_of, digits, tmp_path):
    path = tmp_path / "classic.safetensors"
    checkpoint.save(run_of(TrainConfig(ModelConfig((4,)), "synthetic", batch_size=200), digits), path)
    told = answered("evaluate", path)
    assert told["mse"] > 0 and told["pca_mse"] is None


def test_reconstruct_draws_the_digit_and_what_came_back(answered, trained, picture, tmp_path):
    out = tmp_path / "pair.png"
    told = answered("reconstruct", trained, picture, "--out", out)
    assert told.keys() == {"out"} | METRICS
    pair = np.asarray(Image.open(out))
    assert pair.shape == (28 * 8, 56 * 8)
    left, right = pair[::8, : 28 * 8 : 8] / 255, pair[::8, 28 * 8 :: 8] / 255
    assert ((left - right) ** 2).mean() == pytest.approx(told["mse"], abs=1e-4)
    assert np.corrcoef(left.ravel(), example(3).flatten())[0, 1] > 0.9


def test_reconstruct_of_several_digits_asks_which(answered, refused, trained, tmp_path):
    sheet = tmp_path / "two.png"
    left, right = (np.kron(example(digit).numpy(), np.ones((5, 5), np.uint8)) for digit in (1, 0))
    Image.fromarray(255 - np.hstack([left, right])).save(sheet)
    words = ["reconstruct", trained, sheet, "--out", tmp_path / "pair.png"]
    assert refused(*words) == "The picture shows 2 digits; choose one with --digit 1 to 2, in reading order."
    assert refused(*words, "--digit", 3) == "digit is 3; the picture shows 2, and they are counted from 1."
    for digit, shown in ((1, 1), (2, 0)):
        answered(*words, "--digit", digit)
        pair = np.asarray(Image.open(tmp_path / "pair.png"))[::8, ::8]
        assert np.corrcoef(pair[:, :28].ravel(), example(shown).flatten())[0, 1] > 0.8


def test_without_json_every_figure_has_a_line_of_its_own(called, trained):
    status, printed, _ = called("evaluate", trained)
    lines = dict(line.split(maxsplit=1) for line in printed.splitlines())
    assert status == 0 and lines["dataset"] == "synthetic" and float(lines["mse"]) > 0


def test_progress_goes_to_standard_error(called, tmp_path):
    _, printed, told = called("train", *TINY, "--out", tmp_path / "run.safetensors", "--json")
    assert "epoch 1/1" in told and "epoch" not in printed


def test_program_writes_the_operations_of_the_network(answered, trained, tmp_path):
    out = tmp_path / "run.program"
    told = answered("program", trained, "--out", out)
    found = program_file.parse(out.read_bytes())
    assert told["bytes"] == out.stat().st_size
    assert told["operations"] == len(found.encode) + len(found.decode) > 5
    assert found.picture == (28, 28, 1)


def test_help_names_every_setting_with_its_range_and_default(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["train", "--help"])
    words = " ".join(capsys.readouterr().out.split())
    assert end.value.code == 0
    for text in ("--learning-rate", "number from 1e-06 to 1", "default 0.008", "--code-size", "default none"):
        assert text in words


def test_latent_writes_codes_a_map_a_morph_and_samples(answered, refused, run_of, digits, tmp_path, trained):
    config = TrainConfig(ModelConfig((4,), code_size=3, unpooling="transpose"), dataset="synthetic", batch_size=200)
    checkpoint.save(run_of(config, digits), tmp_path / "run.safetensors")
    out = tmp_path / "new" / "folder"
    told = answered("latent", tmp_path / "run.safetensors", "--out", out, "--gap", 20, "--components", 3)
    assert (told["images"], told["numbers"], told["gap_images"]) == (200, 3, 20)
    assert 0 < told["map_variance"] <= 1
    assert told["gap"] == pytest.approx(told["mse_encoder"] - told["mse_best_code"])
    assert told["gap"] > 0
    with np.load(out / "codes.npz") as codes:
        assert codes["codes"].shape == (200, 3)
        assert codes["map"].shape == (200, 2)
        assert sorted(set(codes["labels"].tolist())) == list(range(10))
    for name, size in (("map.png", (1400, 1400)), ("samples.png", (840, 840)), ("morph.webp", (168, 168))):
        with Image.open(out / name) as picture:
            assert picture.size == size
            assert np.ptp(np.asarray(picture.convert("L"))) > 0
    assert "needs the switches of a picture" in refused("latent", trained, "--out", tmp_path / "none")
    assert "gap is -1" in refused("latent", tmp_path / "run.safetensors", "--gap", -1)
    assert not (tmp_path / "none").exists()
    assert "--out needs the name of a folder" in refused(
        "latent", tmp_path / "run.safetensors", "--out", out / "map.png"
    )
    assert "components is 0" in refused("latent", tmp_path / "run.safetensors", "--out", out, "--components", 0)


def test_a_variational_network_is_trained_measured_and_drawn_from(answered, refused, tmp_path):
    run = tmp_path / "run.safetensors"
    words = ["--code-size", 16, "--unpooling", "transpose", "--beta", 1, "--evaluate", "--out", run]
    told = answered("train", *TINY, *words)
    assert told["held_out_kl"] > 0
    loaded = checkpoint.load(run)
    assert loaded.config.model.beta == 1 and len(loaded.history.kl) == 3
    measured = answered("evaluate", run)
    assert measured["kl"] == pytest.approx(told["kl"]) and measured["kl"] > 0
    assert measured["reconstruction"] > 784 * measured["mse"]  # a code drawn by chance is worse than the mean
    out = tmp_path / "latent"
    told = answered("latent", run, "--out", out, "--judge", 50)
    with Image.open(out / "prior.png") as sheet:
        assert sheet.size == (840, 840)
    for source in ("standard_gaussian", "fitted_gaussian", "mixture", "test_digits_reconstructed", "test_digits"):
        assert told[f"distance_{source}"] >= 0 and told[f"nearest_{source}"] > 0
    assert "judge is -1" in refused("latent", run, "--judge", -1)
    for odd in (1, 99_999_999):
        assert "it must be 0, or 2 to 100,000 pictures" in refused("latent", run, "--judge", odd)
    assert "--judge needs digits" in refused("latent", run, "--judge", 10, "--dataset", "fashion-mnist")
    assert "beta is 1; it must be 0 where code_size is none" in refused("train", "--beta", 1)


# ---- mistakes


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("train --epochs 0", "epochs is 0; it must be a whole number from 1 to 100."),
        ("train --epochs many", "epochs is many; it must be a whole number from 1 to 100."),
        ("train --learning-rate 1e6", "learning_rate is 1e+06; it must be a number from 1e-06 to 1."),
        ("train --learning-rate nan", "learning_rate is nan; it must be a number from 1e-06 to 1."),
        ("train --channels 16,x", "channels is 16,x; it must be one to 4 whole numbers from 1 to 128, such as 16,32."),
        ("train --unpooling none", "unpooling is none; it must be one of switches, fixed, transpose."),
        ("train --dataset cifar", f"dataset is cifar; it must be one of {ALL_SETS} or folder:PATH."),
        (
            "train --channels 128 --code-size 512",
            "code_size is 512; after channels 128 it must be at most 99: a network has at most 5 million parameters.",
        ),
        ("train --device gpu", "device is gpu; it must be one of auto, cuda, mps, cpu."),
        ("data --dataset cifar", f"dataset is cifar; it must be one of {ALL_SETS} or folder:PATH."),
        ("evaluate nowhere.safetensors", "nowhere.safetensors: No such file or directory."),
        ("reconstruct nowhere.safetensors digit.png", "nowhere.safetensors: No such file or directory."),
        ("program nowhere.safetensors", "nowhere.safetensors: No such file or directory."),
    ],
)
def test_a_wrong_value_is_refused_in_the_words_of_the_config(refused, words, expected):
    assert refused(*words.split()) == expected


@pytest.mark.parametrize(
    "words",
    [
        "",
        "fly",
        "--json",
        "train --dropout 0.5",
        "train stray",
        "train --out",
        "evaluate",
        "reconstruct run.safetensors",
        "data --device cpu",
    ],
)
def test_a_command_that_does_not_exist_or_lacks_something_points_to_the_help(refused, words):
    assert "--help" in refused(*words.split())


@pytest.mark.parametrize("command", ["evaluate", "train", "reconstruct"])
def test_an_unknown_device_is_refused_wherever_it_can_be_given(refused, trained, picture, tmp_path, command):
    words = {
        "train": [*TINY, "--out", tmp_path / "run.safetensors"],
        "evaluate": [trained],
        "reconstruct": [trained, picture, "--out", tmp_path / "pair.png"],
    }[command]
    assert refused(command, *words, "--device", "gpu").startswith("device is gpu")
    assert list(tmp_path.iterdir()) == []


def test_a_dataset_that_does_not_exist_is_refused_for_evaluation(refused, trained):
    assert refused("evaluate", trained, "--dataset", "cifar").startswith("dataset is cifar")


def test_a_damaged_checkpoint_is_refused(refused, trained, picture, tmp_path):
    short = tmp_path / "short.safetensors"
    for share in (0, 0.1, 0.5, 0.99):
        content = trained.read_bytes()
        short.write_bytes(content[: int(len(content) * share)])
        refused("evaluate", short)
        refused("reconstruct", short, picture)


def test_a_folder_is_no_checkpoint(refused, tmp_path):
    assert refused("evaluate", tmp_path) == f"{tmp_path}: Is a directory."


def test_a_blank_sheet_and_a_missing_picture_are_refused(refused, trained, tmp_path):
    blank = tmp_path / "blank.png"
    Image.new("L", (50, 50), 255).save(blank)
    assert "no ink" in refused("reconstruct", trained, blank)
    assert refused("reconstruct", trained, tmp_path / "no.png") == f"{tmp_path / 'no.png'}: No such file or directory."


def test_without_a_network_the_way_out_is_named(refused, no_network, tmp_path):
    for words in (["data"], ["train", "--epochs", 1]):
        line = refused(*words, "--data-dir", tmp_path)
        assert "could not be downloaded" in line and "synthetic" in line
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_place_that_cannot_be_written_is_refused_before_an_hour_of_training(refused, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    for out in (tmp_path, tmp_path / "file" / "run.safetensors", Path(os.devnull)):
        line = refused("train", *TINY, "--epochs", 100, "--out", out)
        assert str(out) in line or str(out.parent) in line


def test_a_batch_larger_than_the_data_set_is_refused(refused, tmp_path):
    line = refused("train", *TINY, "--batch-size", 1000, "--out", tmp_path / "run.safetensors")
    assert line == "batch_size is 1000; the data set has 600 images."


# ---- as a person starts it


def test_the_program_itself_trains(tmp_path):
    out = tmp_path / "run.safetensors"
    words = ["--channels", 2, "--batch-size", 1024, "--out", out, "--json"]
    status, printed, told = ran("train", "--dataset", "synthetic", *words)
    assert status == 0 and "Traceback" not in told
    assert json.loads(printed)["steps"] == 19
    assert checkpoint.load(out).step == 19


def test_the_program_itself_ends_a_mistake_with_status_2_and_one_line():
    assert complaint(*ran("train", "--epochs", 0)).startswith("epochs is 0")
    assert "--help" in complaint(*ran())


def test_control_c_ends_in_words_and_keeps_what_was_learnt(tmp_path):
    out = tmp_path / "run.safetensors"
    long = ["--batch-size", "1024", "--epochs", "100", "--half"]
    words = [sys.executable, "-m", "cae", "train", *TINY, *long, "--out", str(out)]
    listening = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background job would not be
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True, preexec_fn=listening) as program:
        for line in program.stderr:
            if "epoch 1/100" in line:
                break
        program.send_signal(signal.SIGINT)
        told = program.stderr.read()
    assert program.returncode == 130
    assert "Traceback" not in told and told.rstrip().endswith(".")
    run = checkpoint.load(out)
    assert run.ending == "stopped" and 0 < run.step < run.steps
    assert not run.finish  # its weights are as they were
    assert str(out) in told


# ---- damage and doubt


@pytest.fixture
def plain(run_of, digits, tmp_path):
    """A network that needs no switches, in a file."""
    config = TrainConfig(ModelConfig((4,), code_size=3, unpooling="transpose"), dataset="synthetic", batch_size=200)
    checkpoint.save(run_of(config, digits), tmp_path / "plain.safetensors")
    return tmp_path / "plain.safetensors"


def test_repair_measures_networks_beside_simple_ways(answered, refused, called, plain, trained, tmp_path, monkeypatch):
    # Most of the time goes into the choice of the simple ways' parameters, which test_repair.py is about.
    monkeypatch.setattr(repair, "TUNED_ON", 30)
    out = tmp_path / "repair.json"
    told = answered("repair", plain, trained, "--corruption", "rows", "--strength", 0.25, "--out", out)
    assert json.loads(out.read_text()) == told and told["images"] == 200
    ways = ["damaged", "median filter", "total variation", "PCA", "plain", trained.stem]
    assert [row["way"] for row in told["rows"]] == ways
    assert {(row["kind"], row["strength"]) for row in told["rows"]} == {("rows", 0.25)}
    status, printed, _ = called("repair", plain, "--corruption", "blur", "--strength", 0.1)
    assert status == 0 and printed.splitlines()[0].split() == ["damage", "strength", "way", "MSE", "PSNR", "SSIM"]
    assert "corruption is snow; it must be one of none, gaussian" in refused("repair", plain, "--corruption", "snow")
    assert "strength is 2; it must be a number from 0 to 1" in refused("repair", plain, "--strength", 2)
    assert {row["kind"] for row in answered("repair", plain, "--corruption", "none")["rows"]} == {"none"}
    assert "Two networks have the same name" in refused("repair", plain, plain)


@pytest.fixture
def clothes(monkeypatch):
    """Stands in for Fashion-MNIST's files, which not every machine has: other pictures, of the same shape."""
    load = datasets.load

    def loaded(name, *others):
        return load("synthetic" if name == "fashion-mnist" else name, *others)

    monkeypatch.setattr(datasets, "load", loaded)


def test_outliers_measures_every_score(answered, refused, called, plain, clothes, tmp_path):
    out = tmp_path / "new" / "outliers"
    told = answered("outliers", plain, "--out", out)
    assert json.loads((out / "outliers.json").read_text()) == told
    kinds = {row["outliers"] for row in told["rows"]}
    assert len(told["rows"]) == 4 * len(kinds) and all(0 <= row["auroc"] <= 1 for row in told["rows"])
    for row in told["rows"]:
        assert len(row["found"]) == len(told["alarms"])
        assert row["found"] == sorted(row["found"]) and row["found"][-1] == 1
    assert (out / "plain.safetensors").stat().st_size > 1000
    _, printed, _ = called("outliers", plain)
    assert len(printed.splitlines()) == 5
    assert "is a file; --out needs the name of a folder" in refused("outliers", plain, "--out", plain)


@pytest.fixture(scope="module")
def pictures_on_disk(tmp_path_factory):
    """A folder with 240 pictures in colour, in two subfolders."""
    folder, chance = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for number in range(240):
        place = folder / ("warm", "cold")[number % 2] / f"{number}.png"
        place.parent.mkdir(exist_ok=True)
        levels = np.full((20, 30, 3), ((230, 120, 30), (30, 120, 230))[number % 2]) + chance.integers(
            -20, 20, (20, 30, 3)
        )
        Image.fromarray(levels.astype(np.uint8)).save(place)
    return folder


def test_a_folder_of_pictures_is_trained_on_measured_and_redrawn(answered, pictures_on_disk, tmp_path):
    name, run, pair = f"folder:{pictures_on_disk}", tmp_path / "run.safetensors", tmp_path / "pair.png"
    told = answered("data", "--dataset", name, "--side", 20, "--colour")
    assert told["train"] + told["validation"] + told["test"] == 240
    assert told["shape"] == "20×20 pixels in colour" and told["classes"] == 2
    shape = ["--channels", 4, "--code-size", 4, "--unpooling", "transpose", "--batch-size", 20, "--device", "cpu"]
    answered("train", "--dataset", name, "--side", 20, "--colour", *shape, "--epochs", 3, "--out", run)
    saved = checkpoint.load(run)
    assert saved.config.dataset == name and str(saved.config.model.picture) == "20×20 pixels in colour"
    assert f"--side 20 --colour --out {run}" in saved.command
    figures = answered("evaluate", run, "--device", "cpu")
    assert figures["images"] == told["test"] and 0 < figures["mse"] < 0.2 and 0 < figures["pca_mse"] < 0.2
    answered("reconstruct", run, pictures_on_disk / "warm" / "0.png", "--out", pair, "--device", "cpu")
    with Image.open(pair) as both:
        assert both.size == (2 * 20 * 8, 20 * 8) and both.mode == "RGB"
        red, _, blue = both.getpixel((80, 80))
        assert red > blue + 100
    answered("latent", run, "--out", tmp_path / "latent")
    with Image.open(tmp_path / "latent" / "map.png") as sheet:
        assert sheet.mode == "RGB"


def test_what_is_wrong_with_a_folder_is_one_sentence(refused, pictures_on_disk, tmp_path):
    assert "is not there" in refused("train", "--dataset", f"folder:{tmp_path / 'nowhere'}")
    assert "There are no pictures; at least 200 are needed." in refused("train", "--dataset", f"folder:{tmp_path}")
    sides = "a whole number from 16 to 64"
    assert sides in refused("train", "--dataset", f"folder:{pictures_on_disk}", "--side", 8)
    told = refused("train", "--dataset", "mnist", "--side", 32)
    assert told == "mnist has pictures of 28×28 pixels in grey: --side and --colour are for folder:PATH only."
