"""A person's own pictures become a data set that depends on nothing but the pictures."""

import os
import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cae.data import own_pictures, picture_folder
from cae.data.own_pictures import folder, read, uploaded
from cae.data.picture_files import class_of
from cae.data.picture_set import LEAST_SPLIT, MAX_CLASSES, arranged, digest
from cae.data.prepared_picture import prepared_picture
from cae.registry import Shape
from cae.text import sentence
from tests.hostile_archives import Member, packed, picture

SPLITS = ("train", "validation", "test")
ANIMALS = [(f"{('cats', 'dogs')[number % 2]}/{number}.png", picture(number)) for number in range(260)]


@pytest.fixture(scope="module")
def animals():
    return read(ANIMALS, Shape(16, 1))


def same(one, other):
    """Whether two sets are the same, bit for bit."""
    return one.classes == other.classes and all(
        torch.equal(getattr(getattr(one, split), field), getattr(getattr(other, split), field))
        for split in SPLITS
        for field in ("images", "labels")
    )


def rows(split):
    return {image.numpy().tobytes() for image in split.images}


def write(root, files):
    for name, content in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


@pytest.mark.parametrize("channels", [1, 3])
def test_the_splits_have_the_shapes_of_a_data_set(channels):
    found = read(ANIMALS, Shape(20, channels))
    assert (found.dataset("folder:own").shape, len(found), found.classes) == (
        Shape(20, channels),
        260,
        ("cats", "dogs"),
    )
    for split in (found.train, found.validation, found.test):
        assert split.images.shape == (len(split), channels, 20, 20) and split.images.dtype == torch.uint8
        assert split.labels.shape == (len(split),) and split.labels.dtype == torch.int64
        assert set(split.labels.tolist()) == {0, 1}
    assert sum(int(split.labels.sum()) for split in (found.train, found.validation, found.test)) == 130
    assert not rows(found.train) & rows(found.test) and not rows(found.train) & rows(found.validation)


def test_a_label_is_the_place_of_the_pictures_folder_among_the_sorted_names():
    found = read(ANIMALS, Shape(20, 3))
    is_dog = {digest(prepared_picture(content, Shape(20, 3))): name.startswith("dogs") for name, content in ANIMALS}
    for image, label in zip(found.test.images, found.test.labels, strict=True):
        assert is_dog[digest(image.numpy())] == bool(label)


def test_files_an_archive_and_a_folder_give_the_same_set(animals, tmp_path):
    archive = packed(Member(name, content) for name, content in ANIMALS)
    (tmp_path / "pets.zip").write_bytes(archive)
    pets = write(tmp_path / "pets", ANIMALS)
    sets = [
        uploaded([("pets.zip", archive)], Shape(16, 1)),
        folder(tmp_path / "pets.zip", Shape(16, 1)),
        folder(pets, Shape(16, 1)),
    ]
    assert all(same(one, animals) and one.title == "pets" and one.skipped == 0 for one in sets)


def test_a_folder_that_a_browser_sends_is_the_same_without_what_is_hidden(animals):
    sent = [(f"pets/{name}", content) for name, content in [*ANIMALS, ("cats/.DS_Store", b""), ("Thumbs.db", b"")]]
    found = uploaded(sent, Shape(16, 1))
    assert same(found, animals) and found.skipped == 0


def test_files_without_folders_are_one_class():
    found = uploaded([(name.split("/")[1], content) for name, content in ANIMALS], Shape(16, 1))
    assert found.classes == ("pictures",) and len(found) == 260 and found.title == "Own pictures"
    assert not found.train.labels.any()


@settings(max_examples=10, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_neither_order_nor_copies_nor_broken_files_change_the_set(animals, chance):
    copies = [(f"{name}-copy", content) for name, content in chance.sample(ANIMALS, 40)]
    files = [*ANIMALS, *copies, ("cats/notes.txt", b"no picture"), ("cats/cut.png", picture(999)[:-300])]
    chance.shuffle(files)
    found = read(files, Shape(16, 1))
    assert same(found, animals)
    assert (found.duplicates, found.skipped) == (40, 2)


def fake(count, seed):
    """That many pictures (1, 16, 16) with their digests, without files."""
    levels = np.random.default_rng(seed).integers(0, 256, (count, 1, 16, 16), dtype=np.uint8)
    return {digest(one): (one, "pictures") for one in levels}


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), more=st.integers(0, 500))
def test_more_pictures_move_no_picture_to_another_split(seed, more):
    few = fake(300, seed)
    small, large = arranged(few, "few"), arranged(few | fake(more, seed + 1), "more")
    for split in SPLITS:
        assert rows(getattr(small, split)) <= rows(getattr(large, split))


def test_the_same_picture_in_two_formats_counts_once_and_its_class_is_the_first_by_name():
    again = [(f"birds/{number}.bmp", picture(number, "BMP")) for number in range(50)]
    for files in ([*ANIMALS, *again], [*again, *ANIMALS]):
        found = read(files, Shape(20, 3))
        assert (len(found), found.duplicates, found.classes) == (260, 50, ("birds", "cats", "dogs"))
        labels = torch.cat([found.train.labels, found.validation.labels, found.test.labels])
        assert labels.bincount().tolist() == [50, 105, 105]


def test_the_shares_are_80_10_and_10_percent():
    found = arranged(fake(20_000, 7), "many")
    assert [len(getattr(found, split)) / 20_000 for split in SPLITS] == pytest.approx([0.8, 0.1, 0.1], abs=0.01)


def test_the_order_in_a_split_is_that_of_the_digests(animals):
    for split in SPLITS:
        digests = [digest(image.numpy()) for image in getattr(animals, split).images]
        assert digests == sorted(digests)


def test_200_pictures_are_enough_and_no_split_is_tiny():
    for seed in range(50):
        found = arranged(fake(200, seed), "few")
        assert min(len(getattr(found, split)) for split in SPLITS) >= LEAST_SPLIT


def test_where_a_split_would_be_tiny_more_pictures_are_asked_for():
    train = {key: value for key, value in fake(300, 0).items() if key[0] < 200}
    with pytest.raises(ValueError, match=r"too few fall to validation or test by chance; add a few more pictures\.$"):
        arranged(train, "unlucky")


def test_199_pictures_are_too_few_and_the_sentence_says_what_became_of_the_others():
    files = [*ANIMALS[:199], ("copy.png", ANIMALS[0][1]), ("notes.txt", b"text")]
    with pytest.raises(ValueError) as error:
        read(files, Shape(16, 1))
    assert sentence(error.value) == (
        "There are only 199 different pictures; at least 200 are needed. Equal pictures count once: 1 were there "
        "already. Files that were skipped: 1. "
        "The first: notes.txt is not a picture that can be read; use a PNG or JPEG."
    )


def test_files_that_are_skipped_are_counted_and_the_first_are_named():
    broken = [(f"cats/{number}.txt", b"text") for number in range(9)]
    found = read([*broken, *ANIMALS], Shape(16, 1))
    assert (found.skipped, len(found.reasons)) == (9, 5)
    assert found.reasons[0] == "cats/0.txt is not a picture that can be read; use a PNG or JPEG."


def test_101_classes_are_too_many():
    def files(classes):
        return [(f"class {number % classes}/{number}.png", content) for number, (_, content) in enumerate(ANIMALS)]

    assert len(read(files(MAX_CLASSES), Shape(16, 1)).classes) == MAX_CLASSES
    with pytest.raises(ValueError, match=r"in 101 subfolders, and each is a class; use at most 100\."):
        read(files(MAX_CLASSES + 1), Shape(16, 1))


def test_too_many_pictures_are_refused_as_soon_as_they_are_met(monkeypatch):
    monkeypatch.setattr(own_pictures, "MAX_PICTURES", 220)
    told = []
    with pytest.raises(ValueError, match=r"There are more than 220 pictures; use at most that many\."):
        read(ANIMALS, Shape(16, 1), lambda share, words: told.append(share))
    assert len(told) == 221


def test_reading_for_too_long_is_broken_off():
    with pytest.raises(ValueError, match="Reading took more than 0 seconds; use fewer or smaller pictures"):
        read(ANIMALS, Shape(16, 1), seconds=0)


def test_progress_only_grows_and_ends_at_one_and_can_break_it_off():
    told = []
    read(ANIMALS, Shape(16, 1), lambda share, words: told.append(share))
    assert told == sorted(told) and told[0] == 0 and told[-1] == 1.0 and len(told) == 261

    class Enough(Exception):
        pass

    def watch(share, words):
        raise Enough

    with pytest.raises(Enough):
        read(ANIMALS, Shape(16, 1), watch)


def test_an_archive_among_several_files_is_skipped_with_a_sentence():
    found = uploaded([*ANIMALS, ("more.zip", packed([]))], Shape(16, 1))
    assert found.reasons == ("more.zip is an archive; send it alone.",)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1.png", "pictures"),
        ("cats/1.png", "cats"),
        ("pets/small cats/1.png", "small cats"),
        (" /1.png", "pictures"),
        ("./1.png", "pictures"),
        ("a\x00b\u202e/1.png", "a\\x00b\\u202e"),
        ("Ka\u0308tzchen/1.png", "K\u00e4tzchen"),
        ("n" * 61 + "/1.png", "n" * 59 + "…"),
    ],
)
def test_a_class_is_called_as_the_pictures_folder_printably(name, expected):
    assert class_of(name) == expected


def test_a_folder_is_read_without_what_is_hidden_and_what_a_link_leads_to(animals, tmp_path):
    pets = write(tmp_path / "pets", ANIMALS)
    write(pets, [(".git/1.png", picture(1000)), ("cats/.hidden.png", picture(1001)), ("cats/Thumbs.db", b"")])
    outside = write(tmp_path / "outside", [("1.png", picture(1002))])
    (pets / "link").symlink_to(outside)
    (pets / "cats" / "link.png").symlink_to(outside / "1.png")
    (pets / "loop").symlink_to(pets)
    os.mkfifo(pets / "cats" / "pipe.png")
    found = folder(pets, Shape(16, 1))
    assert same(found, animals)
    assert found.skipped == 4 and all("is a link or a device, not a file" in reason for reason in found.reasons)
    (tmp_path / "way").symlink_to(pets)  # the folder itself may be given by a link
    assert same(folder(tmp_path / "way" / "cats" / "..", Shape(16, 1)), animals)
    assert folder(pets / "cats" / "..", Shape(16, 1)).title == "pets"


def test_a_folder_of_too_many_files_or_bytes_is_refused(monkeypatch, tmp_path):
    pets = write(tmp_path / "pets", ANIMALS)
    monkeypatch.setattr(picture_folder, "MAX_FOLDER_BYTES", 100_000)
    with pytest.raises(ValueError, match="pets holds more than 0 GB; use fewer or smaller pictures"):
        folder(pets, Shape(16, 1))
    monkeypatch.setattr(picture_folder, "MAX_FILES", 259)
    with pytest.raises(ValueError, match="pets holds more than 259 files; use a folder with fewer"):
        folder(pets, Shape(16, 1))


def test_what_is_no_folder_of_pictures_is_refused_with_one_sentence(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("text")
    os.mkfifo(tmp_path / "pipe")
    for name, words in {
        "missing": "missing is not there; give a folder of pictures, or a zip archive of them.",
        "pipe": "pipe is no folder and no zip archive; give a folder of pictures, or a zip archive of them.",
        "notes.txt": "notes.txt is no folder and no zip archive; give a folder of pictures, or a zip archive of them.",
        "empty": "There are no pictures; at least 200 are needed.",
    }.items():
        with pytest.raises((ValueError, OSError)) as error:
            folder(tmp_path / name, Shape(16, 1))
        assert sentence(error.value).removeprefix(f"{tmp_path}/") == words


def test_5000_small_pictures_take_seconds():
    files = [(f"{number % 10}/{number}.png", content) for number, (_, content) in enumerate(ANIMALS)]
    start = time.monotonic()
    read(files, Shape(28, 3))
    assert (time.monotonic() - start) / len(files) < 60 / 5000
