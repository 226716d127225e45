"""What all visitors share: the training service and the inference thread, made ready while the server starts."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from cae import inference
from cae.jobs import TrainingService

__all__ = ["lifespan", "training"]


@cache
def training() -> TrainingService:
    """The one training service; its worker process starts with it."""
    return TrainingService()


def _settle(_: object) -> None:
    """Take what is loaded for good out of the garbage collector's sight.

    Streamlit collects in full after every run of a script or fragment: with torch's many objects in sight, that
    takes a fifth of a second each time.
    """
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """While the server lives: torch is loading in the background before the first visitor comes."""
    service = training()
    inference.warm_up().add_done_callback(_settle)
    try:
        yield
    finally:
        service.close()
