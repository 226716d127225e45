"""As many processors are used as a container may use, in the files by which Linux says so."""

import os

import pytest

from cae.processors import processors

THERE = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
QUOTA, PERIOD = "cpu.cfs_quota_us", "cpu.cfs_period_us"
GROUPS = {
    "version 2": ("0::/", {"cpu.max": "100000 100000"}),
    "version 2, of the group around": (
        "0::/app/worker",
        {"app/cpu.max": "60000 100000", "app/worker/cpu.max": "max 9"},
    ),
    "version 1": ("7:blkio:/\n3:cpu,cpuacct:/", {f"cpu,cpuacct/{QUOTA}": "50000", f"cpu,cpuacct/{PERIOD}": "100000"}),
    "version 1, named as on the host": ("1:cpu:/docker/4f", {f"cpu/{QUOTA}": "100000", f"cpu/{PERIOD}": "100000"}),
    "both": ("1:cpu:/\n0::/", {f"cpu/{QUOTA}": "-1", f"cpu/{PERIOD}": "100000", "unified/cpu.max": "100000 100000"}),
}
UNLIMITED = {
    "not Linux": (None, {}),
    "nothing said": ("0::/", {}),
    "version 2": ("0::/", {"cpu.max": "max 100000"}),
    "version 1": ("1:cpu:/", {f"cpu/{QUOTA}": "-1", f"cpu/{PERIOD}": "100000"}),
    "more than there is": ("0::/", {"cpu.max": "99900000 100000"}),
    "damaged": ("0::/", {"cpu.max": "a\nb"}),
}


def counted(told, files, folder):
    groups = folder / "groups"
    for name, content in files.items():
        path = groups / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content + "\n")
    if told is not None:
        (folder / "told").write_text(told + "\n")
    return processors(folder / "told", groups)


@pytest.mark.parametrize(("told", "files"), GROUPS.values(), ids=GROUPS)
def test_a_quota_of_one_processor_or_less_counts_as_one(told, files, tmp_path):
    assert counted(told, files, tmp_path) == 1


@pytest.mark.parametrize(("told", "files"), UNLIMITED.values(), ids=UNLIMITED)
def test_without_a_quota_all_processors_count(told, files, tmp_path):
    assert counted(told, files, tmp_path) == THERE


def test_a_part_of_a_processor_counts_as_one(tmp_path):
    assert counted("0::/", {"cpu.max": "110000 100000"}, tmp_path) == min(2, THERE)
