"""The device is chosen by name, exists, and is described in one line."""

import platform
import resource
import sys

import pytest
import torch

from cae.device import Compute, choose
from cae.processors import processors
from tests.apart import answer

ABSENT = [
    name
    for name, there in (("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available()))
    if not there
]


def test_the_processor_is_always_there_and_all_of_its_threads_are_used(monkeypatch):
    monkeypatch.delenv("CAE_THREADS", raising=False)
    compute = choose("cpu")
    assert compute.device == torch.device("cpu")
    assert compute.threads == torch.get_num_threads() == processors()


def test_an_operator_may_want_fewer_threads(monkeypatch):
    monkeypatch.setenv("CAE_THREADS", "1")
    assert choose("cpu").threads == torch.get_num_threads() == 1
    assert choose("cpu", threads=2).threads == 2  # asked for


def test_auto_finds_something_that_computes():
    compute = choose()
    assert float(torch.ones(3, device=compute.device).sum()) == 3


def test_a_name_that_is_no_device_is_refused_with_the_choices():
    with pytest.raises(ValueError, match="device is gpu; it must be one of auto, cuda, mps, cpu"):
        choose("gpu")


@pytest.mark.parametrize("name", ABSENT)
def test_a_device_that_is_not_there_is_refused(name):
    with pytest.raises(ValueError, match=f"no {name} device; use cpu or auto"):
        choose(name)


def test_a_device_is_said_in_one_line():
    assert str(Compute(torch.device("cpu"), torch.float32, 1)) == "CPU, 1 thread, float32"
    assert str(Compute(torch.device("cpu"), torch.bfloat16, 2)) == "CPU, 2 threads, bfloat16"


@pytest.mark.parametrize(
    ("instructions", "there", "precision"),
    [
        ((), True, "float32"),
        ((), False, "float32"),
        (("avx512_bf16",), True, "float32"),
        (("avx512_bf16",), False, "bfloat16"),
        (("avx512_bf16", "amx_bf16"), True, "bfloat16"),
    ],
)
def test_a_processor_trains_in_its_faster_precision(instructions, there, precision, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: dict.fromkeys(instructions, True))
    monkeypatch.setenv("CC", sys.executable if there else "/nowhere/cc")
    assert str(choose("cpu", threads=1)) == f"CPU, 1 thread, {precision}"


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_a_convolution_is_done_in_the_precision_that_was_asked_for(precision):
    with Compute(torch.device("cpu"), precision).autocast():
        maps = torch.nn.functional.conv2d(torch.ones(1, 1, 8, 8), torch.ones(1, 1, 3, 3))
    assert maps.dtype == precision


def faults_of_ten_steps(chosen):
    """How often such a process is given a page of memory, after it has been given those of ten steps."""
    if chosen:
        choose("cpu")

    def faults():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(10):
            torch.ones(10_000_000)
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    faults()
    return faults()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library than glibc keeps its memory anyway")
def test_the_memory_of_one_step_is_kept_for_the_next():
    ordinary, kept = (answer(faults_of_ten_steps, chosen) for chosen in (False, True))
    assert kept < ordinary / 20
