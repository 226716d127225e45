"""The notebook runs from top to bottom and trains the network as the run did: to the same loss."""

import hashlib
import pickle
import re
from dataclasses import replace

import nbclient
import nbformat
import numpy as np
import pytest
import torch
import torchvision
from PIL import Image

from cae.config import ModelConfig, TrainConfig
from cae.data import datasets, skeletons, synthetic
from cae.data.corruption import DAMAGES, corrupt
from cae.data.own_pictures import folder as own_pictures
from cae.drawing import strokes
from cae.export.excerpt import excerpt, modules
from cae.export.folder import export, write
from cae.export.notebook import notebook
from cae.export.pictures import pictures
from cae.registry import DATASETS, Shape
from cae.runs import checkpoint
from cae.training.exact_norms import exact_norms
from cae.training.loop import held_out
from tests.data.small_sets import make_small
from tests.data.small_sets import write as write_set

SAME = 1e-2  # relative: the engine's kernels round otherwise than PyTorch's
DRAWN = {"train": 300, "validation": 60, "test": 40}


def settings(**changed):
    """A short run on a small set like MNIST."""
    usual = {"model": ModelConfig((3, 4)), "batch_size": 20, "epochs": 2, "learning_rate": 0.02, "seed": 3}
    return TrainConfig(**{**usual, **changed})


def small(name, root, monkeypatch):
    """The data set of this name, with few pictures, in the files that torchvision reads."""
    monkeypatch.chdir(root)
    write_set(name, root / "data")
    make_small(monkeypatch, name, root / "data" / datasets.SOURCES[name].folders[0])
    return datasets.load(name, root / "data")


RUNS = {
    "classic": settings(),
    "constant": settings(schedule="constant", learning_rate=0.01),
    "muon": settings(optimizer="muon", model=ModelConfig((3, 4), code_size=4, unpooling="transpose", refine=3)),
    "warp": settings(warp=1.0, model=ModelConfig((3,), code_size=4, dense=8, unpooling="transpose")),
    "variational": settings(model=ModelConfig((3,), code_size=4, beta=0.1), learning_rate=0.03, warp=0.5),
    "several": settings(
        model=ModelConfig((3, 4), code_size=4, unpooling="fixed", activation="silu", refine=3, beta=0.1),
        learning_rate=0.03,
        warp=0.5,
        corruption="mixed",
        strength=0.7,
    ),
    "damaged": settings(corruption="gaussian", strength=0.5),
}


@pytest.mark.parametrize("config", RUNS.values(), ids=RUNS)
def test_it_takes_the_steps_of_the_run(config, tmp_path, monkeypatch, run_of, run_cells):
    run = run_of(config, small("mnist", tmp_path, monkeypatch))
    write(export(run), tmp_path)
    names, told = run_cells(tmp_path)
    assert run.ending == "complete" and run.history.epochs[-1][1] < 0.99 * run.history.held_out[0][1]
    assert names["steps"] == names["step"] == run.step
    assert names["reached"] == pytest.approx(run.history.epochs[-1][1], rel=SAME)
    assert "The run had" in told
    if not config.model.variational:  # there, a batch's loss has a KL term
        assert names["loss"].item() == pytest.approx(run.history.losses[-1], rel=SAME)


@pytest.mark.parametrize("kind", ["none", "gaussian"])
def test_it_measures_the_norms_as_the_run_did(kind, tmp_path, monkeypatch, run_of, run_cells):
    config, there = settings(corruption=kind, strength=0.5), small("mnist", tmp_path, monkeypatch)
    run = run_of(config, there)
    exact = replace(run, weights=exact_norms(config, run.weights, there.train.images), command="train --exact-norms")
    write(export(exact), tmp_path)
    names, _ = run_cells(tmp_path)
    before, expected = (held_out(checkpoint.build(one), there.validation.images).mse for one in (run, exact))
    found = names["error"](names["validation"])
    assert abs(before / expected - 1) > 0.02
    assert found == pytest.approx(expected, rel=SAME)


@pytest.mark.parametrize("kind", DAMAGES)
def test_an_excerpt_does_what_the_whole_module_does(kind):
    exec(excerpt(DAMAGES[kind]), names := {})
    images, strength = torch.rand(3, 3, 17, 17), torch.full((1, 1, 1, 1), 0.5)
    damaged = names[DAMAGES[kind].__name__](images, strength, torch.Generator().manual_seed(1))
    assert torch.equal(damaged, corrupt(images, kind, 0.5, torch.Generator().manual_seed(1)))


def test_it_stops_where_the_run_was_stopped(tmp_path, monkeypatch, run_of, run_cells):
    whole = run_of(settings(), small("mnist", tmp_path, monkeypatch))
    curve = [(step, error) for step, error in whole.history.held_out if step <= 15]
    stopped = replace(whole, ending="stopped", history=replace(whole.history, held_out=tuple(curve), epochs=()))
    write(files := export(stopped), tmp_path)
    assert files == export(checkpoint.parse(checkpoint.dump(stopped)))
    names, _ = run_cells(tmp_path)
    assert names["step"] == curve[-1][0] < whole.step
    assert names["reached"] == pytest.approx(curve[-1][1], rel=SAME)


def test_it_runs_where_the_file_has_no_curve(tmp_path, monkeypatch, run_of, run_cells):
    run = run_of(settings(epochs=1), small("mnist", tmp_path, monkeypatch))
    write(export(replace(run, history=type(run.history)())), tmp_path)
    names, told = run_cells(tmp_path)
    assert names["step"] == run.step and "reached" not in names and "MSE on test" in told


def test_jupyter_runs_it(tmp_path, monkeypatch, run_of):
    monkeypatch.setattr(datasets, "SYNTHETIC_IMAGES", DRAWN)
    run = run_of(settings(dataset="synthetic"), datasets.load("synthetic"))
    write(export(run), tmp_path)
    read = nbformat.read(tmp_path / "network.ipynb", 4)
    nbformat.validate(read)
    nbclient.NotebookClient(read, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    told = "".join(output.get("text", "") for cell in read.cells for output in cell.get("outputs", ()))
    reached, expected = map(float, re.search(r"MSE on validation: (.*)\. The run had (.*): ", told).groups())
    assert expected == pytest.approx(run.history.epochs[-1][1], abs=1e-6)
    assert reached == pytest.approx(expected, rel=SAME)
    assert any("image/png" in output.get("data", {}) for cell in read.cells for output in cell.get("outputs", ()))


# ---- the pictures


@pytest.fixture
def splits(run_cells):
    """A function: a data set's name and its pictures' shape, in a folder → the three splits that the cells read."""

    def splits(name, shape, folder):
        head = "import torch\ndevice = torch.device('cpu')\n"
        cells = pictures(name, shape)
        (folder / "network.ipynb").write_bytes(notebook([replace(cells[1], source=head), *cells]))
        names, _ = run_cells(folder)
        return [names[split] for split in ("train", "validation", "test")]

    return splits


@pytest.mark.parametrize("name", DATASETS)
def test_the_splits_are_those_of_the_run(name, tmp_path, monkeypatch, splits):
    if name == "synthetic":
        monkeypatch.setattr(datasets, "SYNTHETIC_IMAGES", DRAWN)
        known = datasets.load(name)
        write({file: text.encode() for file, text in modules(synthetic, skeletons, strokes).items()}, tmp_path)
    else:
        known = small(name, tmp_path, monkeypatch)
        as_torchvision_has_it(name, tmp_path / "data", monkeypatch)
    for found, wanted in zip(splits(name, known.shape, tmp_path), known_splits(known), strict=True):
        assert torch.equal(found, wanted)


def known_splits(known):
    return [known.train.images, known.validation.images, known.test.images]


def as_torchvision_has_it(name, root, monkeypatch):
    """Let torchvision take the small files for the real ones; of CIFAR-10, it reads another format."""
    if name == "svhn":
        for split in ("train", "test"):
            path = root / "SVHN" / f"{split}_32x32.mat"
            told = ["", path.name, md5(path)]
            monkeypatch.setitem(torchvision.datasets.SVHN.split_list, split, told)
    if name == "cifar-10":
        known = torchvision.datasets.CIFAR10
        folder = root / known.base_folder
        folder.mkdir()
        lists = {"train_list": "data_batch_*.bin", "test_list": "test_batch.bin"}
        for listed, pattern in lists.items():
            made = []
            for binary in sorted((root / "cifar-10-batches-bin").glob(pattern)):
                records = np.fromfile(binary, np.uint8).reshape(-1, 3073)
                path = folder / binary.stem
                path.write_bytes(pickle.dumps({"data": records[:, 1:], "labels": records[:, 0].tolist()}))
                made.append([path.name, md5(path)])
            monkeypatch.setattr(known, listed, made)
        (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": list(DATASETS[name].classes)}))
        meta = {**known.meta, "md5": md5(folder / "batches.meta")}
        monkeypatch.setattr(known, "meta", meta)


def md5(path):
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("shape", [Shape(), Shape(20, 3)])
def test_own_pictures_are_read_and_split_as_the_app_does(shape, tmp_path, splits):
    chance = np.random.default_rng(0)
    folder = tmp_path / "pictures"
    (folder / "some class").mkdir(parents=True)
    for number in range(230):
        mode, bands = [("L", ()), ("RGB", (3,)), ("RGBA", (4,))][number % 3]
        height, width = chance.integers(16, 40, 2) * (10 if number % 40 == 9 else 1)
        picture = Image.fromarray(chance.integers(0, 256, (height, width, *bands), np.uint8), mode)
        suffix = "jpg" if mode == "RGB" else "png"
        picture.save(folder / ("some class" if number % 2 else "") / f"{number % 228}.{suffix}")
    (folder / "notes.txt").write_text("no picture")
    known = own_pictures(folder, shape)
    for found, wanted in zip(splits("folder:any", shape, tmp_path), known_splits(known), strict=True):
        assert torch.equal(found, wanted)
