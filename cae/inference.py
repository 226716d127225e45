"""Inference in the app, on one long-lived thread that all visitors share.

Torch keeps memory for every thread that uses it, and each run of a page is a new thread. So pages send their work here.
Long work runs in a ``cae.ui.visitor.tasks.Task`` instead, on a thread of its own.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from cae.images import Images, levels, pixels
from cae.once import once
from cae.runs.figures import Figures
from cae.runs.run import Run

if TYPE_CHECKING:
    from cae.model import ConvAutoencoder

__all__ = [
    "Reconstruction",
    "is_warm",
    "network",
    "on_thread",
    "one_processor",
    "reconstruct",
    "submit",
    "warm_up",
]

P = ParamSpec("P")
T = TypeVar("T")
THREAD = "inference"  # the name of the thread begins with it
NETWORKS_KEPT = 16  # a few megabytes each, at most


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """Reconstructions, uint8 arrays, and the figures of each picture, computed before rounding."""

    images: Images
    figures: tuple[Figures, ...]


def on_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``work`` on the inference thread; return its result or raise its exception. Work may call it again."""
    if threading.current_thread().name.startswith(THREAD):
        return work(*args, **kwargs)
    return submit(work, *args, **kwargs).result()


def submit(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    """Let the inference thread run ``work`` when its turn comes."""
    return _thread().submit(work, *args, **kwargs)


def reconstruct(run: Run, originals: Images) -> Reconstruction:
    """Pass uint8 pictures, (N, S, S) or (N, S, S, 3), through the run's network; safe to call from any thread."""
    return on_thread(_reconstruct, run, originals)


@once
def warm_up() -> Future[None]:
    """Start to load torch; the future is done when it is loaded."""
    return _thread().submit(_load)


def is_warm() -> bool:
    """Whether torch is loaded; does not start to load it."""
    return "torch" in sys.modules and warm_up().done()


def _reconstruct(run: Run, originals: Images) -> Reconstruction:
    import torch

    from cae.evaluation.metrics import per_image

    with torch.inference_mode():
        given = pixels(originals)
        back = network(run)(given)
        return Reconstruction(levels(back), per_image(given, back).each())


def network(run: Run) -> ConvAutoencoder:
    """The run's network, from a cache. Use it on a long-lived thread only, and do not change it."""
    from cae.runs.checkpoint import build

    with _building:
        model = _networks.pop(run.digest, None) or build(run)
        _networks[run.digest] = model  # ordered by last use
        while len(_networks) > NETWORKS_KEPT:
            del _networks[next(iter(_networks))]
        return model


_networks: dict[str, ConvAutoencoder] = {}
_building = threading.Lock()


@once
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix=THREAD, initializer=one_processor)


def _load() -> None:
    pass


def one_processor() -> None:
    """Set torch to one thread for work from this thread."""
    import torch

    # One digit is too little work for several threads, and training needs the other processors.
    torch.set_num_threads(1)
