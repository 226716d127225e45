"""Data sets have the splits they promise, and files that are missing or damaged are mended or named."""

import struct
from dataclasses import replace
from hashlib import md5

import pytest
import torch
import torchvision.datasets

from cae.data import datasets, sources
from cae.data.sources import File
from tests.served import NOBODY, packed, served


def idx(magic, shape, fill):
    """A file as Yann LeCun's IDX format has it, all of one value."""
    body = bytes([fill]) * torch.Size(shape).numel()
    return struct.pack(f">{1 + len(shape)}I", magic, *shape) + body


@pytest.fixture(scope="module")
def unpacked():
    """The four files of a data set like MNIST, the right size and quick to send."""
    return {
        "train-images-idx3-ubyte": idx(2051, (60_000, 28, 28), 7),
        "train-labels-idx1-ubyte": idx(2049, (60_000,), 3),
        "t10k-images-idx3-ubyte": idx(2051, (10_000, 28, 28), 9),
        "t10k-labels-idx1-ubyte": idx(2049, (10_000,), 4),
    }


@pytest.fixture(scope="module")
def packets(unpacked):
    return {f"{name}.gz": packed(content) for name, content in unpacked.items()}


@pytest.fixture
def mirror(monkeypatch, packets, own_sums):
    """A mirror of our own; yields the names it was asked for."""
    with served({name: packet for name, (packet, _) in packets.items()}) as (address, asked):
        monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [address])
        monkeypatch.setattr(
            torchvision.datasets.MNIST, "resources", [(name, md5) for name, (_, md5) in packets.items()]
        )
        yield asked


@pytest.fixture
def own_sums(monkeypatch, unpacked):
    """What the checksums of MNIST's files would be, were they the ones above."""
    sums = tuple(File(name, len(content), md5(content).hexdigest()) for name, content in unpacked.items())
    monkeypatch.setitem(sources.SOURCES, "mnist", replace(sources.SOURCES["mnist"], files=sums))


@pytest.fixture
def no_mirror(monkeypatch, own_sums):
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [NOBODY])


def raw_folder(root, files):
    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in files.items():
        (raw / name).write_bytes(content)
    return raw


def test_a_data_set_is_downloaded_once_and_each_file_once(tmp_path, mirror, packets):
    told = []
    assert not datasets.is_present("mnist", tmp_path)
    loaded = datasets.load("mnist", tmp_path, lambda share, words: told.append(share))
    assert sorted(mirror) == sorted(packets)
    assert told == sorted(told) and told[-1] == 1.0
    assert (len(loaded.train), len(loaded.validation), len(loaded.test)) == (55_000, 5_000, 10_000)
    assert loaded.train.images.unique().tolist() == [7] and loaded.test.labels.unique().tolist() == [4]

    assert datasets.is_present("mnist", tmp_path)
    datasets.load("mnist", tmp_path)
    assert len(mirror) == len(packets)


def test_a_file_of_the_wrong_size_is_fetched_again_and_the_others_are_not(tmp_path, mirror, unpacked):
    raw = raw_folder(tmp_path, unpacked)
    (raw / "t10k-labels-idx1-ubyte").write_bytes(b"half a file")
    assert not datasets.is_present("mnist", tmp_path)
    assert datasets.load("mnist", tmp_path).test.labels.unique().tolist() == [4]
    assert mirror == ["t10k-labels-idx1-ubyte.gz"]


def test_a_mirror_that_sends_the_wrong_size_is_refused(tmp_path, monkeypatch, unpacked, own_sums):
    short, its_md5 = packed(b"checksum and gzip are fine")
    raw_folder(tmp_path, {name: content for name, content in unpacked.items() if "t10k-labels" not in name})
    with served({"t10k-labels-idx1-ubyte.gz": short}) as (address, _):
        monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [address])
        monkeypatch.setattr(torchvision.datasets.MNIST, "resources", [("t10k-labels-idx1-ubyte.gz", its_md5)])
        with pytest.raises(OSError, match="t10k-labels-idx1-ubyte has the wrong size"):
            datasets.load("mnist", tmp_path)


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
def test_a_file_of_the_right_size_that_holds_something_else_is_named(tmp_path, no_mirror, unpacked, name):
    for filling in (b"\0", b"\xff", b"text"):
        size = len(unpacked[name])
        raw = raw_folder(tmp_path / filling.hex(), {**unpacked, name: (filling * size)[:size]})
        with pytest.raises(OSError, match="holds damaged files") as error:
            datasets.load("mnist", tmp_path / filling.hex())
        assert str(raw) in str(error.value)


def test_without_a_network_there_is_one_sentence_and_no_file(tmp_path, no_mirror):
    with pytest.raises(OSError, match=r"could not be downloaded.*synthetic"):
        datasets.load("mnist", tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_files_that_are_there_need_no_network(tmp_path, no_mirror, unpacked):
    raw_folder(tmp_path, unpacked)
    assert len(datasets.load("mnist", tmp_path).test) == 10_000


def test_an_unknown_name_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(
        ValueError, match="dataset is cifar; it must be one of mnist, fashion-mnist, kmnist, emnist-letters"
    ):
        datasets.load("cifar", tmp_path)


def test_the_directory_comes_from_the_environment_else_it_is_data(monkeypatch, tmp_path, unpacked, own_sums):
    monkeypatch.delenv("CAE_DATA_DIR", raising=False)
    assert str(datasets.default_directory()) == "data"
    raw_folder(tmp_path, unpacked)
    monkeypatch.setenv("CAE_DATA_DIR", str(tmp_path))
    assert datasets.default_directory() == tmp_path
    assert datasets.is_present("mnist") and not datasets.is_present("fashion-mnist")


def test_the_synthetic_set_has_its_splits_and_no_digit_is_in_two_of_them():
    told = []
    drawn = datasets.load("synthetic", progress=lambda share, words: told.append(share))
    parts = (drawn.train, drawn.validation, drawn.test)
    assert [len(part) for part in parts] == [20_000, 2_000, 5_000]
    assert all(part.images.shape[1:] == (1, 28, 28) and part.images.dtype == torch.uint8 for part in parts)
    assert told == sorted(told) and told[-1] == 1.0
    everything = torch.cat([part.images.flatten(1) for part in parts]).numpy()
    assert len({row.tobytes() for row in everything}) == 27_000


def test_the_synthetic_set_is_always_at_hand(tmp_path):
    assert datasets.is_present("synthetic", tmp_path / "nowhere")


@pytest.mark.mnist
def test_mnist_is_whole(mnist):
    parts = (mnist.train, mnist.validation, mnist.test)
    assert [len(part) for part in parts] == [55_000, 5_000, 10_000]
    for part in parts:
        assert part.images.shape == (len(part), 1, 28, 28) and part.images.dtype == torch.uint8
        assert part.labels.dtype == torch.int64 and part.labels.unique().tolist() == list(range(10))
    training = torch.cat([mnist.train.images, mnist.validation.images]).float() / 255
    assert float(training.mean()) == pytest.approx(0.1307, abs=1e-4)
    assert mnist.train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert mnist.test.labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_the_first_validation_images_are_read_alone(tmp_path, mnist):
    assert torch.equal(datasets.first_validation_images("mnist", 8), mnist.validation.images[:8])
    assert datasets.first_validation_images("mnist", 8, tmp_path) is None
    assert datasets.first_validation_images("synthetic", 8) is None
