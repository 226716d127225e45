"""Networks at work in the app, on one long-lived thread that all visitors share.

Torch keeps memory for every thread that uses it, and each page run is a new thread: so pages send their work here.
What takes longer than a page should wait is a ``cae.ui.visitor.tasks.Task``, on a thread of its own.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numpy as np

from cae.runs.figures import Figures
from cae.runs.run import Run
from cae.training.events import Images

if TYPE_CHECKING:
    from torch import Tensor

    from cae.model import ConvAutoencoder

__all__ = ["Reconstruction", "is_warm", "network", "on_thread", "one_processor", "pixels", "reconstruct", "warm_up"]

P = ParamSpec("P")
T = TypeVar("T")
NETWORKS_KEPT = 16  # a few megabytes each, at most


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """What came back: uint8 (N, 28, 28), and the figures of each picture in float before rounding."""

    images: Images
    figures: tuple[Figures, ...]


def on_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do ``work`` on the inference thread and wait for what it returns; its exceptions come through."""
    future: Future[T] = _thread().submit(work, *args, **kwargs)
    return future.result()


def reconstruct(run: Run, originals: Images) -> Reconstruction:
    """Pass uint8 pictures (N, 28, 28) through the run's network; safe to call from any thread."""
    return on_thread(_reconstruct, run, originals)


@cache
def warm_up() -> Future[None]:
    """Begin to load torch, without waiting for it; the future is done when it is there."""
    return _thread().submit(_load)


def is_warm() -> bool:
    """Whether torch is there; does not begin to load it."""
    return "torch" in sys.modules and warm_up().done()


def _reconstruct(run: Run, originals: Images) -> Reconstruction:
    import torch

    from cae.evaluation.metrics import per_image

    with torch.inference_mode():
        given = pixels(originals)
        back = network(run)(given)
        each = per_image(given, back)
        images = back.squeeze(1).mul(255).round().byte().numpy()
    columns = [getattr(each, one.name) for one in fields(Figures)]
    return Reconstruction(images, tuple(Figures(*row) for row in torch.stack(columns, 1).tolist()))


def pixels(pictures: Images) -> Tensor:
    """uint8 (N, 28, 28) as a network wants it: float (N, 1, 28, 28), 0 to 1. On a long-lived thread only."""
    import torch

    return torch.from_numpy(np.array(pictures)).unsqueeze(1).float() / 255


def network(run: Run) -> ConvAutoencoder:
    """The run's network, built once, to be used on a long-lived thread only; it is never changed."""
    from cae.runs.checkpoint import build

    with _building:
        model = _networks.pop(run.digest, None) or build(run)
        _networks[run.digest] = model  # the latest used stands last
        while len(_networks) > NETWORKS_KEPT:
            del _networks[next(iter(_networks))]
        return model


_networks: dict[str, ConvAutoencoder] = {}
_building = threading.Lock()


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="inference", initializer=one_processor)


def _load() -> None:
    pass


def one_processor() -> None:
    """Let torch do what this thread asks of it on one processor."""
    import torch

    # One digit is too little work to share out, and the other processors are training.
    torch.set_num_threads(1)
