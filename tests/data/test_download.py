"""A download is complete and correct, or absent; every failure is one sentence."""

import errno
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from cae.data.download import Package
from cae.data.download import fetch as fetch_packages
from tests.apart import answer, apart
from tests.full_disk import files_no_larger_than
from tests.served import NOBODY, packed, served

NOBODY_ID = 65534
CONTENT = os.urandom(300_000)
PACKET, MD5 = packed(CONTENT)
OTHER, OTHER_MD5 = packed(b"labels")
FILES = (("images.gz", MD5), ("labels.gz", OTHER_MD5))
WHOLE = {"images.gz": PACKET, "labels.gz": OTHER}


@dataclass(frozen=True)
class Source:
    """Gzipped files on mirrors."""

    mirrors: tuple
    files: tuple


def fetch(source, folder, progress=lambda share, words: None):
    """Get the files of the source that are not there yet."""
    packages = [Package(name, md5, source.mirrors, {"": name.removesuffix(".gz")}) for name, md5 in source.files]
    missing = [name for one in packages for name in one.members.values() if not (folder / name).exists()]
    fetch_packages(packages, missing, folder, progress=progress)


def left_in(folder):
    return sorted(path.name for path in folder.rglob("*"))


def refusal(source, folder):
    """The sentence that a broken download ends with."""
    with pytest.raises(OSError) as error:
        fetch(source, folder)
    sentence = str(error.value)
    assert "\n" not in sentence and "could not be downloaded" in sentence and "try again" in sentence
    return sentence


def test_every_file_arrives_unpacked_and_nothing_else_is_left(tmp_path):
    with served(WHOLE) as (mirror, _):
        fetch(Source((mirror,), FILES), tmp_path / "new" / "folder")
    folder = tmp_path / "new" / "folder"
    assert left_in(folder) == ["images", "labels"]
    assert (folder / "images").read_bytes() == CONTENT
    assert (folder / "labels").read_bytes() == b"labels"


def test_progress_only_grows_and_ends_at_one(tmp_path):
    told = []
    with served(WHOLE) as (mirror, _):
        fetch(Source((mirror,), FILES), tmp_path, lambda share, words: told.append((share, words)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and shares[-1] == 1.0 and 0 < shares[0] < 0.5
    assert len(shares) > 4
    assert any("images.gz" in words for _, words in told)


def test_files_that_are_there_are_not_asked_for_again(tmp_path):
    (tmp_path / "images").write_bytes(b"mine")
    with served(WHOLE) as (mirror, asked):
        fetch(Source((mirror,), FILES), tmp_path)
        fetch(Source((mirror,), FILES), tmp_path)
    assert asked == ["labels.gz"]
    assert (tmp_path / "images").read_bytes() == b"mine"


BROKEN = {
    "another file's checksum": {"images.gz": packed(b"something else")[0]},
    "broken off half way": {"images.gz": (PACKET, len(PACKET) // 2)},
    "broken off at once": {"images.gz": (PACKET, 0)},
    "not found": {},
}


@pytest.mark.parametrize("files", BROKEN.values(), ids=BROKEN)
def test_a_broken_download_is_one_sentence_leaves_nothing_and_can_be_tried_again(tmp_path, files):
    source = FILES[:1]
    with served(files) as (mirror, _):
        assert refusal(Source((mirror,), source), tmp_path).startswith("images.gz")
        assert left_in(tmp_path) == []
        files = WHOLE
    with served(files) as (mirror, _):
        fetch(Source((mirror,), source), tmp_path)
    assert (tmp_path / "images").read_bytes() == CONTENT


def test_a_file_with_the_right_checksum_that_is_not_gzip_is_refused(tmp_path):
    from hashlib import md5

    with served({"images.gz": b"plain"}) as (mirror, _):
        refusal(Source((mirror,), (("images.gz", md5(b"plain").hexdigest()),)), tmp_path)
    assert left_in(tmp_path) == []


def test_no_server_is_one_sentence_that_names_the_way_out(tmp_path):
    assert "synthetic" in refusal(Source((NOBODY,), FILES), tmp_path)
    assert left_in(tmp_path) == []


def test_the_sentence_says_what_happened(tmp_path):
    with served({}) as (mirror, _):
        assert "Not Found" in refusal(Source((mirror,), FILES), tmp_path)
    assert "refused" in refusal(Source((NOBODY,), FILES), tmp_path)


def test_files_that_arrived_before_the_break_are_kept(tmp_path):
    with served({"images.gz": PACKET}) as (mirror, _):
        refusal(Source((mirror,), FILES), tmp_path)
    assert left_in(tmp_path) == ["images"]


@pytest.mark.parametrize("files", BROKEN.values(), ids=BROKEN)
def test_where_one_mirror_fails_the_next_is_used(tmp_path, files):
    with served(files) as (bad, tried), served(WHOLE) as (good, asked):
        fetch(Source((NOBODY, bad, good), FILES[:1]), tmp_path)
    assert tried == asked == ["images.gz"]
    assert (tmp_path / "images").read_bytes() == CONTENT


def test_whoever_watches_the_progress_can_break_it_off_and_nothing_is_left(tmp_path):
    class Enough(Exception):
        pass

    def watch(share, words):
        raise Enough

    with served(WHOLE) as (mirror, _), pytest.raises(Enough):
        fetch(Source((mirror,), FILES), tmp_path, watch)
    assert left_in(tmp_path) == []


def unstored(source, folder):
    """The sentence that a download ends with where it cannot be kept."""
    with pytest.raises(OSError) as error:
        fetch(source, folder)
    sentence = str(error.value)
    assert "\n" not in sentence and sentence.startswith("images.gz could not be stored (")
    assert "CAE_DATA_DIR" in sentence and "synthetic" in sentence and str(folder) not in sentence
    return sentence


# The packed file does not fit; it does, but what is in it does not.
@pytest.mark.parametrize(("content", "room"), [(CONTENT, 1000), (bytes(len(CONTENT)), 10_000)])
def test_a_full_disk_is_one_sentence_that_does_not_blame_the_network(tmp_path, content, room):
    packet, md5 = packed(content)
    with served({"images.gz": packet}) as (mirror, _), files_no_larger_than(room):
        assert os.strerror(errno.EFBIG) in unstored(Source((mirror,), (("images.gz", md5),)), tmp_path)
    assert left_in(tmp_path) == []


def unstored_by_another_user(source, folder):
    """The same for a user to whom the folder does not belong."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setuid(NOBODY_ID)
    return unstored(source, folder)


def test_a_folder_that_cannot_be_written_to_is_one_sentence():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        sentence = answer(unstored_by_another_user, Source((NOBODY,), FILES), Path(folder, "data"))
    assert os.strerror(errno.EACCES) in sentence


def fetch_and_wait(source, folder, told):
    """Fetch until a part has arrived, and stay there."""

    def progress(share, words):
        if share > 0.3:
            told.send(share)
            told.recv()  # it never comes

    fetch(source, folder, progress)


def test_a_process_killed_while_it_downloads_leaves_nothing(tmp_path):
    here, there = apart.Pipe()
    with served(WHOLE) as (mirror, _):
        process = apart.Process(target=fetch_and_wait, args=(Source((mirror,), FILES[:1]), tmp_path, there))
        process.start()
        assert 0.3 < here.recv() < 1
        process.kill()
        process.join()
        assert left_in(tmp_path) == []
        (tmp_path / ".cae-killed.part").write_bytes(b"what a process killed while it unpacked would leave")
        fetch(Source((mirror,), FILES[:1]), tmp_path)
    assert left_in(tmp_path) == ["images"]
