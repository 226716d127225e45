"""Every data set is read from files in its own format, and trained on, measured and redrawn by the commands."""

import io
import json
import tarfile
import zipfile
from dataclasses import replace
from hashlib import md5

import numpy as np
import pytest
import torch
from PIL import Image

from cae import cli
from cae.data import datasets, sources
from cae.data.download import Package
from cae.data.sources import SOURCES
from cae.data.synthetic import example
from cae.registry import DATASETS
from cae.runs import checkpoint
from tests.data.small_sets import TEST, TRAIN, VALIDATION, make_small, write
from tests.served import packed, served

OF_FILES = sorted(SOURCES)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A function: name → what is in the files that it writes below the folder of the test."""

    def made(name):
        parts = write(name, tmp_path)
        make_small(monkeypatch, name, tmp_path / SOURCES[name].folders[0])
        return parts

    return made


@pytest.mark.parametrize("name", OF_FILES)
def test_a_set_is_read_as_it_was_written(name, small, tmp_path):
    parts = small(name)
    assert datasets.is_present(name, tmp_path)
    found = datasets.load(name, tmp_path)
    assert [len(part) for part in (found.train, found.validation, found.test)] == [TRAIN - VALIDATION, VALIDATION, TEST]
    assert found.shape == DATASETS[name].shape and found.classes == DATASETS[name].classes
    images, labels = parts["train"]
    assert np.array_equal(torch.cat([found.train.images, found.validation.images]).numpy(), images)
    assert np.array_equal(torch.cat([found.train.labels, found.validation.labels]).numpy(), labels)
    assert np.array_equal(found.test.images.numpy(), parts["test"][0])
    assert np.array_equal(found.test.labels.numpy(), parts["test"][1])


@pytest.mark.parametrize("name", OF_FILES)
def test_the_first_validation_images_are_read_alone(name, small, tmp_path):
    small(name)
    found = datasets.first_validation_images(name, 8, tmp_path)
    if SOURCES[name].peek is None:
        assert found is None
    else:
        assert torch.equal(found, datasets.load(name, tmp_path).validation.images[:8])


@pytest.mark.parametrize("name", OF_FILES)
def test_a_file_with_something_else_in_it_is_one_sentence(name, small, tmp_path, no_network):
    small(name)
    file = SOURCES[name].files[0]
    (tmp_path / SOURCES[name].folders[0] / file.name).write_bytes(b"?" * file.size)
    with pytest.raises(OSError, match=r"holds damaged files.*") as error:
        datasets.load(name, tmp_path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["kmnist", "emnist-letters", "emnist-balanced", "cifar-10", "svhn"])
def test_the_commands_train_measure_and_redraw_it(name, small, tmp_path, capsys):
    small(name)
    run = tmp_path / "run.safetensors"
    common = ["--json", "--data-dir", str(tmp_path)]

    def answered(*words):
        assert cli.main([*map(str, words), *common]) == 0
        return json.loads(capsys.readouterr().out)

    shape = ["--channels", 4, "--code-size", 8, "--unpooling", "transpose", "--batch-size", 50, "--device", "cpu"]
    told = answered("train", "--dataset", name, *shape, "--epochs", 2, "--out", run)
    assert told["held_out_mse"] < 0.2
    assert checkpoint.load(run).config.model.picture == DATASETS[name].shape
    figures = answered("evaluate", run, "--device", "cpu")
    assert figures["images"] == TEST and figures["pca_mse"] < figures["mse"] < 0.2
    picture, pair, side = tmp_path / "picture.png", tmp_path / "pair.png", DATASETS[name].shape.side
    Image.fromarray(example(4).numpy()).save(picture)
    assert 0 < answered("reconstruct", run, picture, "--out", pair, "--device", "cpu")["mse"] < 0.5
    with Image.open(pair) as both:
        assert both.size == (2 * 8 * side, 8 * side)
        assert both.mode == ("RGB" if DATASETS[name].shape.channels == 3 else "L")


def test_a_network_for_other_pictures_is_refused_in_one_sentence(small, tmp_path, capsys):
    small("cifar-10")
    run = "assets/models/bottleneck-8.safetensors"
    assert cli.main(["evaluate", run, "--dataset", "cifar-10", "--data-dir", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert "The network takes pictures of 28×28 pixels in grey; those of CIFAR-10 have 32×32 pixels in colour." in told


# ---- packages


def as_zip(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def as_tar(files):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def emnist_package(folder):
    (package,) = SOURCES["emnist-letters"].packages()
    names = {member: name for member, name in package.members.items() if (folder / name).exists()}
    content = as_zip({member: packed((folder / name).read_bytes())[0] for member, name in names.items()})
    return replace(package, members=names), content


def cifar_package(folder):
    (package,) = SOURCES["cifar-10"].packages()
    return package, as_tar({member: (folder / name).read_bytes() for member, name in package.members.items()})


@pytest.mark.parametrize(("name", "made"), [("emnist-letters", emnist_package), ("cifar-10", cifar_package)])
def test_a_set_in_one_archive_is_downloaded_and_unpacked(name, made, small, tmp_path, monkeypatch):
    small(name)
    folder = tmp_path / SOURCES[name].folders[0]
    package, content = made(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for path in folder.iterdir():
        path.unlink()
    with served({package.name: content}) as (mirror, asked):
        here = Package(package.name, md5(content).hexdigest(), (mirror,), package.members)
        monkeypatch.setitem(sources.SOURCES, name, replace(SOURCES[name], packages=lambda: (here,)))
        assert len(datasets.load(name, tmp_path).test) == TEST
        datasets.load(name, tmp_path)
    assert asked == [package.name]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_an_archive_that_lies_there_is_used_before_the_network(small, tmp_path, monkeypatch, no_network):
    small("kmnist")
    folder = tmp_path / SOURCES["kmnist"].folders[0]
    packages = []
    for path in list(folder.iterdir()):
        content, sum_ = packed(path.read_bytes())
        (folder if "labels" in path.name else tmp_path).joinpath(f"{path.name}.gz").write_bytes(content)
        packages.append(Package(f"{path.name}.gz", sum_, ("http://127.0.0.1:9/",), {"": path.name}))
        path.unlink()
    monkeypatch.setitem(sources.SOURCES, "kmnist", replace(SOURCES["kmnist"], packages=lambda: tuple(packages)))
    assert not datasets.is_present("kmnist", tmp_path)
    assert len(datasets.load("kmnist", tmp_path).test) == TEST
    assert datasets.is_present("kmnist", tmp_path)
    damaged = next(folder.glob("*images*.gz"), tmp_path / f"{SOURCES['kmnist'].files[0].name}.gz")
    damaged.write_bytes(damaged.read_bytes()[:-1])
    (folder / SOURCES["kmnist"].files[0].name).unlink()
    with pytest.raises(OSError, match=r"could not be downloaded"):
        datasets.load("kmnist", tmp_path)


# ---- contents


@pytest.fixture
def known_sums(small, tmp_path, monkeypatch):
    """KMNIST's small files, whose checksums are known; returns their folder."""
    small("kmnist")
    folder = tmp_path / SOURCES["kmnist"].folders[0]
    contents = {one: (folder / one.name).read_bytes() for one in SOURCES["kmnist"].files}
    files = tuple(replace(one, md5=md5(content).hexdigest()) for one, content in contents.items())
    monkeypatch.setitem(sources.SOURCES, "kmnist", replace(SOURCES["kmnist"], files=files))
    return folder


def flip(path, at=-5):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_flipped_byte_is_noticed(known_sums, tmp_path, no_network):
    assert len(datasets.load("kmnist", tmp_path).test) == TEST
    damaged = known_sums / SOURCES["kmnist"].files[2].name
    flip(damaged)
    with pytest.raises(OSError, match=f"holds damaged files.*{damaged.name}") as error:
        datasets.load("kmnist", tmp_path)
    assert str(known_sums) in str(error.value) and damaged.exists()
    flip(damaged)
    assert len(datasets.load("kmnist", tmp_path).test) == TEST


def test_a_damaged_file_is_replaced_by_its_archive(known_sums, tmp_path, monkeypatch, no_network):
    damaged = known_sums / SOURCES["kmnist"].files[2].name
    content, sum_ = packed(damaged.read_bytes())
    (known_sums / f"{damaged.name}.gz").write_bytes(content)
    package = Package(f"{damaged.name}.gz", sum_, (), {"": damaged.name})
    monkeypatch.setitem(sources.SOURCES, "kmnist", replace(SOURCES["kmnist"], packages=lambda: (package,)))
    flip(damaged)
    assert len(datasets.load("kmnist", tmp_path).test) == TEST


def test_what_was_checked_is_remembered_until_the_file_changes(known_sums, tmp_path, monkeypatch):
    datasets.load("kmnist", tmp_path)
    computed = []
    monkeypatch.setattr("cae.data.sums.remember", lambda path: computed.append(path.name) or "another")
    datasets.load("kmnist", tmp_path)
    assert computed == []
    flip(known_sums / SOURCES["kmnist"].files[1].name)
    with pytest.raises(OSError, match="damaged"):
        datasets.load("kmnist", tmp_path)
    assert SOURCES["kmnist"].files[1].name in computed


def test_a_folder_with_the_files_themselves_is_found_by_their_contents(known_sums, tmp_path, no_network):
    for folder in (known_sums, known_sums.parent):
        assert datasets.is_present("kmnist", folder)
        assert len(datasets.load("kmnist", folder).test) == TEST
    assert not datasets.is_present("mnist", known_sums)
    flip(known_sums / SOURCES["kmnist"].files[0].name)
    with pytest.raises(OSError, match=r"^KMNIST: .* could not be downloaded") as error:
        datasets.load("kmnist", known_sums)
    assert str(known_sums) not in str(error.value)
    assert f"It was looked for in {known_sums / 'KMNIST' / 'raw'}, " in "".join(error.value.__notes__)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["KMNIST"]


def test_a_download_that_fails_leaves_no_folder(tmp_path, no_network):
    with pytest.raises(OSError, match="could not be downloaded"):
        datasets.load("kmnist", tmp_path / "new")
    assert list(tmp_path.iterdir()) == []
