"""The data set of a run that was ordered."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import torch

from cae.data import datasets
from cae.data.datasets import Dataset, Split
from cae.images import Images, planes
from cae.jobs.messages import Order, Preparing, Substituted
from cae.registry import OWN
from cae.text import sentence

__all__ = ["FALLBACK", "StopRequested", "dataset_of", "kept"]

FALLBACK = "synthetic"


class StopRequested(Exception):
    """The visitor has asked to end this run."""


def dataset_of(order: Order, stopped: Callable[[], bool], send: Callable[[object], None]) -> Dataset:
    """Load the data set, or download it, or take the synthetic digits instead; ``send`` is told of the progress.

    Raises ``StopRequested`` soon after ``stopped`` returns True, and ``ValueError`` if own pictures are missing.
    """

    def progress(share: float, words: str) -> None:
        send(Preparing(share, words))
        if stopped():
            raise StopRequested

    name = str(order.config["dataset"])
    progress(0.0, "Preparing")
    if name == OWN:
        return _own(order.own)
    try:
        return kept(name) if datasets.is_present(name) else datasets.load(name, progress=progress)
    except OSError as error:
        send(Substituted(FALLBACK, sentence(error)))
        return kept(FALLBACK)


@lru_cache(maxsize=3)
def kept(name: str) -> Dataset:
    """A data set that needs no download; it stays in memory. Raises ``OSError`` if its files are damaged."""
    return datasets.load(name)


def _own(parts: tuple[Images, ...]) -> Dataset:
    """A data set of pictures that came with the order. Raises ``ValueError`` if none did."""
    if len(parts) != 2:
        raise ValueError("Your own pictures are no longer here. Upload them again, and start again.")
    train, validation = (Split(planes(images), torch.zeros(len(images), dtype=torch.long)) for images in parts)
    return Dataset(OWN, train, validation, train[:0])
