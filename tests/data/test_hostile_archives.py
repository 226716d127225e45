"""Hostile zip archives: each is refused with one sentence, or what is wrong in it is left out; in memory alone."""

import resource
import time
from contextlib import suppress
from functools import cache

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cae.data import own_pictures
from cae.data.archive import MAX_ARCHIVE_BYTES, Archive
from cae.registry import Shape
from cae.text import printable
from tests.apart import answer, memory
from tests.hostile_archives import PICTURES, READ, REFUSED, SKIPPED, Member, packed

MOST_MEMORY = 100_000_000  # bytes: a file of 30 MB twice, and what unpacks it
LONGEST = 5.0  # seconds of a slow processor, however much else it has to do


def read(content):
    return own_pictures.uploaded([("pets.zip", content)], Shape(16, 1))


@cache
def refused(name):
    """An archive that is refused, for the tests that read it."""
    return REFUSED[name][1]()


@cache
def ordinary():
    """What comes of an ordinary archive."""
    return read(packed(PICTURES))


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_archive_is_refused_with_a_sentence_and_soon(name):
    words, content = REFUSED[name][0], refused(name)
    start = time.process_time()
    with pytest.raises(ValueError) as error:
        read(content)
    assert time.process_time() - start < LONGEST
    told = str(error.value)
    assert any(word in told for word in words.split("|")), told
    assert told == printable(told) and told.endswith(".") and len(told) < 400


@pytest.mark.parametrize("name", SKIPPED)
def test_a_bad_member_is_left_out_with_a_sentence_and_the_others_are_read(name):
    words, member = SKIPPED[name]
    found = read(packed([*PICTURES, Member(**{"name": "cats/odd.png", "content": PICTURES[0].content, **member})]))
    assert (len(found), found.skipped, found.duplicates, found.classes) == (200, 1, 0, ("cats",))
    (reason,) = found.reasons
    assert any(word in reason for word in words.split("|")), reason
    assert reason == printable(reason) and reason.endswith(".") and len(reason) < 200


@pytest.mark.parametrize("name", READ)
def test_an_odd_archive_has_the_pictures_of_an_ordinary_one(name):
    found, plain = read(READ[name]()), ordinary()
    assert (len(found), found.classes, found.skipped, found.title) == (200, ("cats",), 0, "pets")
    assert found.train.images.equal(plain.train.images)
    assert found.test.images.equal(plain.test.images)


CHANGES = st.lists(st.tuples(st.integers(1, 2000), st.binary(max_size=8), st.integers(0, 8)), min_size=1, max_size=8)


@settings(max_examples=300, deadline=None)
@given(changes=CHANGES)
def test_whatever_bytes_are_changed_nothing_but_a_sentence_comes_of_it(changes):
    content = packed([*PICTURES[:3], Member("dogs/1.png", PICTURES[3].content, descriptor=True)], comment=b"pets")
    for place, new, lost in changes:  # counted from the end, where the list is
        at = max(0, len(content) - place)
        content = content[:at] + new + content[at + lost :]
    with suppress(ValueError), Archive(content) as archive:
        assert len(list(archive)) <= len(archive)


def test_an_archive_too_large_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "pets.zip"
    with path.open("wb") as file:
        file.truncate(MAX_ARCHIVE_BYTES + 1)  # a hole, which takes no place on the disk
    with pytest.raises(ValueError, match=r"pets\.zip is larger than 500 MB; use fewer or smaller pictures"):
        own_pictures.folder(path, Shape(16, 1))


def test_an_archive_on_disk_is_closed_whatever_becomes_of_it(tmp_path):
    path = tmp_path / "pets.zip"
    for content in (REFUSED["bzip2"][1](), REFUSED["cut in half"][1](), packed(PICTURES[:9]), packed(PICTURES)):
        path.write_bytes(content)
        with suppress(ValueError):
            own_pictures.folder(path, Shape(16, 1))
        assert str(path) not in [one.path for one in psutil.Process().open_files()]


def measured(paths):
    """The rise of this process's memory over all archives, where no file can be written."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    return memory(lambda path: read(path.read_bytes()), paths)


def test_no_archive_takes_much_memory_or_any_place_on_the_disk(tmp_path):
    paths = []
    for place, name in enumerate(REFUSED):
        paths.append(tmp_path / f"{place}.zip")
        paths[-1].write_bytes(refused(name))
    for place, (_, member) in enumerate(SKIPPED.values()):
        paths.append(tmp_path / f"member {place}.zip")
        paths[-1].write_bytes(packed([*PICTURES[:9], Member(**{"name": "odd.png", **member})]))
    assert max(path.stat().st_size for path in paths) < 10_000_000
    before = sorted(tmp_path.rglob("*"))
    reading, comparison = answer(measured, paths)
    assert reading < MOST_MEMORY
    assert comparison > reading + 50_000_000
    assert sorted(tmp_path.rglob("*")) == before
