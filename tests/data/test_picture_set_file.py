"""Own pictures come out of their file as they went in, and what is no such file is refused with a sentence."""

import json
import pickle
import stat
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from cae.data.datasets import Split
from cae.data.picture_set import arranged, digest
from cae.data.picture_set_file import MAX_BYTES, load, save

SPLITS = ("train", "validation", "test")


@pytest.fixture(scope="module", params=[1, 3])
def pictures(request):
    levels = np.random.default_rng(0).integers(0, 256, (300, request.param, 16, 16), dtype=np.uint8)
    classes = {digest(one): (one, ("cats", "dogs")[place % 2]) for place, one in enumerate(levels)}
    return arranged(classes, "Pets – ü", duplicates=3, skipped=2, reasons=("a.txt is not a picture.",))


@pytest.fixture
def path(pictures, tmp_path):
    save(pictures, tmp_path / "new" / "pets.safetensors")
    return tmp_path / "new" / "pets.safetensors"


def about(path):
    content = path.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return json.loads(header["__metadata__"]["own-pictures"])


def rewritten(path, tensors=None, **changes):
    """The file with other tensors or another description."""
    told = {"own-pictures": json.dumps(about(path) | changes)}
    path.write_bytes(save_tensors(load_tensors(path.read_bytes()) | (tensors or {}), told))


def test_a_set_comes_out_as_it_went_in(pictures, path):
    found = load(path)
    for split in SPLITS:
        one, other = getattr(found, split), getattr(pictures, split)
        assert torch.equal(one.images, other.images) and torch.equal(one.labels, other.labels)
    empty = Split(torch.empty(0), torch.empty(0))
    rest = dict.fromkeys(SPLITS, empty)
    assert replace(found, **rest).__dict__ == replace(pictures, **rest).__dict__


def test_nobody_else_can_read_the_file_and_nothing_is_beside_it(path):
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert list(path.parent.iterdir()) == [path]


def test_what_is_read_does_not_depend_on_the_file_any_more(pictures, path):
    found = load(path)
    path.write_bytes(b"")
    found.train.images[0] = 7  # it can be written, too
    assert torch.equal(found.train.images[1:], pictures.train.images[1:])


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"\xff" * 1000, pickle.dumps({"train": 1}), save_tensors({}), save_tensors({"a": torch.ones(1)})],
    ids=["no bytes", "JSON", "bytes all alike", "pickle", "no tensors", "another file"],
)
def test_another_file_is_refused(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ValueError, match=r"file is not a set of pictures saved by this program\.$"):
        load(tmp_path / "file")


def test_a_file_cut_short_anywhere_is_refused(path):
    whole = path.read_bytes()
    for tenth in range(10):
        path.write_bytes(whole[: len(whole) * tenth // 10])
        with pytest.raises(ValueError, match="is not a set of pictures"):
            load(path)


def test_a_file_too_large_is_refused(tmp_path):
    with (tmp_path / "file").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(ValueError, match="is larger than 246 MB"):
        load(tmp_path / "file")


def test_a_file_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "missing")


BAD = {
    "title": 7,
    "classes": [],
    "classes ": ["cats"],
    "classes  ": ["cats", "cats"],
    "classes   ": ["cats", 7],
    "classes    ": None,
    "side": 15,
    "side ": 17,
    "side  ": "16",
    "channels": 2,
    "channels ": None,
    "duplicates": -1,
    "skipped": True,
    "reasons": [7],
}


@pytest.mark.parametrize("name", BAD)
def test_a_description_that_does_not_fit_is_refused(path, name):
    rewritten(path, **{name.strip(): BAD[name]})
    with pytest.raises(ValueError, match="is not a set of pictures saved by this program"):
        load(path)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("train.images", lambda value: value.float()),
        ("train.images", lambda value: value[1:]),
        ("test.images", lambda value: value[:, :, 1:]),
        ("test.images", lambda value: value.flatten(1)),
        ("test.labels", lambda value: value.int()),
        ("test.labels", lambda value: value[:, None]),
        ("test.labels", lambda value: value - 1),
        ("test.labels", lambda value: value + 1),
        ("validation.labels", lambda value: torch.tensor(0)),
        ("validation.labels", lambda value: value[:0]),
    ],
)
def test_tensors_that_do_not_fit_are_refused(path, name, change):
    rewritten(path, {name: change(load_tensors(path.read_bytes())[name]).contiguous()})
    with pytest.raises(ValueError, match=r"is not a set of pictures .*: (train|validation|test) has"):
        load(path)


def test_a_set_with_an_empty_split_is_refused(path):
    tensors = load_tensors(path.read_bytes())
    rewritten(path, {name: tensors[name][:0] for name in ("test.images", "test.labels")})
    with pytest.raises(ValueError, match="test has 0 pictures and 0 labels"):
        load(path)
