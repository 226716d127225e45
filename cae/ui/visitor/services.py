"""What all visitors share: the training service, the shelf of runs, the inference thread. Ready with the server."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from cae import inference
from cae.jobs import Rules, RunStore, TrainingService

__all__ = ["SHIPPED", "lifespan", "run_store", "training"]

HEAD_START = 3.0  # seconds in which a first page has the processor to itself; one that needs torch asks for it
SHIPPED = Path(__file__).parents[3] / "assets" / "models"


@cache
def run_store() -> RunStore:
    """What visitors have trained and brought; nothing on it may hide a network that comes with the program."""
    return RunStore(reserved=[path.stem for path in SHIPPED.glob("*.safetensors")])


@cache
def training() -> TrainingService:
    """The one training service; its worker process starts a little later."""
    return TrainingService(Rules.from_environment(os.environ), run_store(), warm=False)


def _settle(_: object) -> None:
    """Take what is loaded for good out of the garbage collector's sight.

    Streamlit collects in full after every run of a script or fragment: with torch's many objects in sight, that
    takes a fifth of a second each time. It would load pandas with the first component, and only then.
    """
    import pandas  # noqa: F401

    gc.collect()
    gc.freeze()


def _warm_up() -> None:
    inference.warm_up().add_done_callback(_settle)
    inference.warm_up().add_done_callback(lambda _: training().warm_up())  # one after the other: a visitor draws first


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """While the server lives: app and worker load torch in the background, once a first page is on its way."""
    service = training()
    asyncio.get_running_loop().call_later(HEAD_START, _warm_up)
    try:
        yield
    finally:
        service.close()
