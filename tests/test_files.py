"""Files are written atomically, even if the process is killed or the disk is full."""

import errno
import os
import random
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from cae import cli
from cae.config import ModelConfig, TrainConfig
from cae.data import datasets
from cae.data.synthetic import example
from cae.files import cache_folder, replacing, write_whole
from cae.model import ConvAutoencoder
from cae.runs import checkpoint
from cae.runs.run import Run
from tests.apart import answer, apart
from tests.full_disk import files_no_larger_than
from tests.needs import need

KILLS = 60


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def two_runs():
    """Two runs with 4 MB of weights, each all alike, so that half of one and half of the other are neither."""
    config = TrainConfig(ModelConfig((64, 128), code_size=72, unpooling="transpose"), "synthetic")
    with torch.device("meta"):
        shapes = ConvAutoencoder(config.model).state_dict()

    def run(name, number):
        kinds = {one: np.float32 if value.is_floating_point() else np.int64 for one, value in shapes.items()}
        return Run(config, name, {one: np.full(shapes[one].shape, number, kind) for one, kind in kinds.items()})

    return run("one", 1), run("other", 2)


# ---- writing


def test_a_file_is_written_and_replaced_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "new" / "folder" / "file"
    for content in (b"old", b"new and longer", b""):
        write_whole(path, content)
        assert path.read_bytes() == content
    assert names(path.parent) == ["file"]


def test_a_name_may_be_as_long_as_the_system_allows(tmp_path):
    path = tmp_path / ("n" * 255)
    write_whole(path, b"content")
    assert path.read_bytes() == b"content"


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_the_umask_says_who_may_read_it(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        write_whole(tmp_path / "file", b"content")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode


def test_an_error_while_writing_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file"
    write_whole(path, b"old")
    with pytest.raises(KeyboardInterrupt), replacing(path) as file:
        file.write(b"half of the n")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_until_the_block_ends_the_old_file_is_there(tmp_path):
    path = tmp_path / "file"
    write_whole(path, b"old")
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_what_cannot_be_written_is_an_error_about_the_file_that_was_asked_for(tmp_path):
    (tmp_path / "file").write_bytes(b"a file")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    before = names(tmp_path)
    for name, said in {"folder": "folder", "pipe": "pipe", "file/below": "file", "n" * 256: "n" * 256}.items():
        with pytest.raises(OSError) as error:
            write_whole(tmp_path / name, b"content")
        assert error.value.filename == str(tmp_path / said), name
    assert names(tmp_path) == before
    assert (tmp_path / "pipe").is_fifo()


def test_a_device_stays_a_device():
    with pytest.raises(OSError):
        write_whole(Path(os.devnull), b"content")
    assert Path(os.devnull).is_char_device()


# ---- leftovers


def write_and_wait(path, told):
    with replacing(path) as file:
        file.write(b"half")
        file.flush()
        told.send("half")
        told.recv()  # it never comes


def test_what_a_killed_process_left_is_swept_and_never_what_another_is_writing(tmp_path):
    here, there = apart.Pipe()
    writer = apart.Process(target=write_and_wait, args=(tmp_path / "theirs", there))
    writer.start()
    assert here.recv() == "half"
    (theirs,) = names(tmp_path)
    write_whole(tmp_path / "ours", b"ours")
    assert names(tmp_path) == [theirs, "ours"]
    writer.kill()
    writer.join()
    assert names(tmp_path) == [theirs, "ours"]
    write_whole(tmp_path / "ours", b"ours again")
    assert names(tmp_path) == ["ours"]


def test_two_who_write_in_one_process_leave_each_other_alone(tmp_path):
    with replacing(tmp_path / "one") as one:
        one.write(b"one")
        for _ in range(2):
            write_whole(tmp_path / "other", b"other")
    assert [(tmp_path / name).read_bytes() for name in names(tmp_path)] == [b"one", b"other"]


def write_often(path):
    """What went wrong, if anything did."""
    try:
        for number in range(300):
            write_whole(path, b"%d" % number)
    except OSError as error:
        return str(error)
    return path.read_text()


def test_many_who_write_into_one_folder_never_get_in_each_others_way(tmp_path):
    paths = [tmp_path / str(number) for number in range(4)]
    with ThreadPoolExecutor(len(paths)) as threads:
        assert list(threads.map(answer, [write_often] * len(paths), paths)) == ["299"] * len(paths)
    assert names(tmp_path) == ["0", "1", "2", "3"]


def test_only_our_own_leftovers_are_swept(tmp_path):
    others = [".cae-notes", "film.part", ".hidden.part", "run.safetensors"]
    for name in others:
        (tmp_path / name).write_bytes(b"mine")
    (tmp_path / ".cae-folder.part").mkdir()
    os.mkfifo(tmp_path / ".cae-pipe.part")
    write_whole(tmp_path / "file", b"content")
    assert {*others, ".cae-folder.part", "file"} <= set(names(tmp_path))


# ---- kill -9, a hundred times


def save_for_ever(path, told):
    runs = two_runs()
    told.send("begun")
    while True:
        for run in runs:
            checkpoint.save(run, path)


def test_a_process_killed_while_it_saves_leaves_the_old_run_or_the_new_one(tmp_path):
    path = tmp_path / "run.safetensors"
    runs = two_runs()
    whole = [checkpoint.dump(run) for run in runs]
    chance = random.Random(0)
    checkpoint.save(runs[0], path)
    mid_save, found = 0, set()
    for attempt in range(KILLS):
        before, content = set(names(tmp_path)), path.read_bytes()
        here, there = apart.Pipe(duplex=False)
        process = apart.Process(target=save_for_ever, args=(path, there))
        process.start()
        assert here.recv() == "begun"
        process.join(chance.uniform(0, 0.05))
        while attempt % 4 == 0 and path.read_bytes() == content:
            assert process.is_alive()  # until it has saved the other run, however slow the machine is
        while attempt % 2 and set(names(tmp_path)) <= before:
            assert process.is_alive()  # until it has just begun to write
        assert process.is_alive(), "it must not end by itself"
        process.kill()
        process.join()
        mid_save += not set(names(tmp_path)) <= before
        found.add(whole.index(path.read_bytes()))
        assert checkpoint.load(path).name in ("one", "other")
    assert mid_save >= KILLS / 5
    assert found == {0, 1}
    checkpoint.save(runs[1], path)
    assert names(tmp_path) == [path.name]
    assert checkpoint.load(path).digest == runs[1].digest


# ---- the disk is full


def told_on_a_full_disk(words):
    """The exit status of a command, and what it told on the side, where no file may have more than 1,000 bytes."""
    datasets.SYNTHETIC_IMAGES = {"train": 600, "validation": 200, "test": 200}
    with redirect_stderr(StringIO()) as told, files_no_larger_than(1000):
        status = cli.main(words)
    return status, told.getvalue()


@pytest.mark.parametrize("command", ["train", "reconstruct"])
def test_a_full_disk_is_one_sentence_and_the_old_file_stays(command, tmp_path):
    old, picture, out = tmp_path / "old.safetensors", tmp_path / "digit.png", tmp_path / "out"
    checkpoint.save(two_runs()[0], old)
    Image.fromarray(example(3).numpy()).save(picture)
    out.write_bytes(old.read_bytes())
    before = names(tmp_path)
    words = {
        "train": ["--dataset", "synthetic", "--channels", "4", "--batch-size", "200"],
        "reconstruct": [str(old), str(picture)],
    }[command]
    status, told = answer(told_on_a_full_disk, [command, *words, "--device", "cpu", "--out", str(out)])
    assert status == 2
    assert told.rpartition("\r")[2].rpartition("\n")[0].endswith(f"{out}: {os.strerror(errno.EFBIG)}.")
    assert "Traceback" not in told
    assert names(tmp_path) == before
    assert checkpoint.load(out).digest == two_runs()[0].digest


def test_a_save_that_fails_leaves_the_old_run_and_nothing_else(tmp_path):
    path = tmp_path / "run.safetensors"
    one, other = two_runs()
    checkpoint.save(one, path)
    with files_no_larger_than(1000), pytest.raises(OSError):
        checkpoint.save(other, path)
    with pytest.raises(ValueError):
        checkpoint.save(replace(other, seconds=float("nan")), path)
    assert checkpoint.load(path).digest == one.digest
    assert names(tmp_path) == [path.name]


# ---- the cache, from which libraries are run


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Where the cache folder would be: not there yet."""
    monkeypatch.delenv("CAE_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "outer" / "cache"))
    (tmp_path / "outer").mkdir()
    return tmp_path / "outer" / "cache" / "squeeze"


def test_the_cache_is_made_for_this_user_alone(cache):
    assert cache_folder() == cache
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_cache_that_others_can_write_to_is_none(cache, mode):
    cache.mkdir(parents=True)
    cache.chmod(mode)
    assert cache_folder() is None


@pytest.mark.parametrize(("mode", "safe"), [(0o777, False), (0o1777, True), (0o755, True)])
def test_a_cache_in_whose_place_others_can_put_another_is_none(cache, mode, safe, monkeypatch):
    outer = cache.parents[1]
    outer.chmod(mode)
    assert (cache_folder() is not None) == safe
    if safe:
        return
    theirs = outer.with_name("theirs")  # nor through a link that stands in a safe place
    theirs.symlink_to(outer / "cache")
    monkeypatch.setenv("CAE_CACHE_DIR", str(theirs / "squeeze"))
    assert cache_folder() is None


def test_a_cache_of_another_user_is_none(cache):
    need(os.getuid() == 0, "only the superuser can give a folder to another user")
    cache.mkdir(mode=0o700, parents=True)
    os.chown(cache, 12345, -1)
    assert cache_folder() is None
    os.chown(cache, 0, -1)
    assert cache_folder() == cache
    os.chown(cache.parent, 12345, -1)  # who owns the folder above can rename it
    assert cache_folder() is None
