"""The device for training and inference, with its precision and number of threads."""

from __future__ import annotations

import ctypes
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass

import torch

from cae.compiler import compiler
from cae.environment import DEVICES, environment
from cae.processors import processors

__all__ = ["Compute", "choose"]


@dataclass(frozen=True)
class Compute:
    """A device, the precision of its convolutions, and (on a CPU) its threads."""

    device: torch.device
    precision: torch.dtype = torch.float32
    threads: int = 1

    def __str__(self) -> str:
        precision = str(self.precision).removeprefix("torch.")
        if self.device.type == "cuda":
            return f"{torch.cuda.get_device_name(self.device)}, {precision}"
        if self.device.type == "mps":
            return f"Apple GPU, {precision}"
        return f"CPU, {self.threads} thread{'s' * (self.threads != 1)}, {precision}"

    @property
    def memory_format(self) -> torch.memory_format:
        """Channels last: the fast convolution kernels of CPUs and of recent NVIDIA GPUs need it."""
        return torch.contiguous_format if self.device.type == "mps" else torch.channels_last

    def autocast(self) -> AbstractContextManager[object]:
        """The context in which a training step's forward pass runs."""
        if self.precision == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=self.precision)


def choose(name: str | None = None, threads: int | None = None) -> Compute:
    """The device called ``name``: ``auto``, ``cpu``, ``cuda`` or ``mps``. By default that of ``CAE_DEVICE``.

    ``threads`` are those on a CPU, by default those of ``CAE_THREADS`` or else one for each processor that this process
    may use. Also sets the number of threads of this process and the way that it keeps memory.

    Raises ``ValueError`` for an unknown device, or one that this machine does not have.
    """
    settings = environment()
    name = name or settings.device
    there = dict(zip(DEVICES, (torch.cuda.is_available(), torch.backends.mps.is_available(), True), strict=True))
    if name == "auto":
        name = next(kind for kind in DEVICES if there[kind])
    if name not in there:
        raise ValueError(f"device is {name}; it must be one of auto, {', '.join(there)}.")
    if not there[name]:
        raise ValueError(f"This machine has no {name} device; use cpu or auto.")
    threads = threads or settings.threads or processors()
    torch.set_num_threads(threads)
    if name == "cuda":
        # Repeatable before fast: the same seed must give the same losses.
        torch.backends.cudnn.benchmark = False
        torch.backends.cudnn.deterministic = True
    _keep_memory()
    precision = torch.bfloat16 if name == "cpu" and _fast_bfloat16() else torch.float32
    return Compute(torch.device(name), precision, threads)


M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3  # of malloc.h
MOST = 2**31 - 1


def _keep_memory() -> None:
    """Make glibc keep freed memory for the next step. Otherwise every step pays for page faults again.

    Other C libraries keep it anyway.
    """
    with suppress(OSError, AttributeError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_MMAP_THRESHOLD, MOST)
        mallopt(M_TRIM_THRESHOLD, MOST)
        mallopt(M_TOP_PAD, 100_000_000)


def _fast_bfloat16() -> bool:
    """Whether bfloat16 is the faster precision on this processor.

    Without instructions for bfloat16 it is many times slower. With those of AVX-512 it is faster than PyTorch's
    operations in float32, and slower than this project's kernels in C, which need float32 and a compiler.

    This asks what there is and does not time anything: a busy machine must not change a run's results.
    """
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("amx_bf16") or (capabilities.get("avx512_bf16") and not compiler()))
