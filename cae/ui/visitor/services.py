"""What all visitors share: the training service and the stores of runs and own pictures, one each for the server."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cae import inference
from cae.environment import MEGABYTE, environment
from cae.jobs import RunStore, TrainingService
from cae.once import once
from cae.ui.visitor.own_store import OwnStore

__all__ = ["SHIPPED", "lifespan", "own_store", "run_store", "shipped_names", "training"]

# Seconds before torch is loaded, so that the first page comes fast. A page that needs torch loads it at once.
HEAD_START = 3.0
SHIPPED = Path(__file__).parents[3] / "assets" / "models"


def shipped_names() -> list[str]:
    """The names of the networks that come with the app."""
    return sorted(path.stem for path in SHIPPED.glob("*.safetensors"))


@once
def run_store() -> RunStore:
    """The runs that visitors trained or uploaded. None may have the name of a network that comes with the app."""
    limits = environment()
    return RunStore(shipped_names(), limits.runs_each, limits.runs_mb * MEGABYTE)


@once
def own_store() -> OwnStore:
    """The pictures that visitors have uploaded."""
    return OwnStore(environment().pictures_mb * MEGABYTE)


@once
def training() -> TrainingService:
    """The only training service. Its worker process is started later, by ``lifespan``."""
    settings = environment()
    cluster = settings.ray_address
    return TrainingService(settings.rules, run_store(), forget=own_store().forget, warm=False, cluster=cluster)


def _freeze_garbage(_: object) -> None:
    """Exclude the loaded modules from garbage collection.

    Streamlit runs a full collection after every run of a script or fragment. With torch's many objects that takes
    0.2 s each time. Pandas is imported here so that it is excluded too: Streamlit imports it with its first component.
    """
    import pandas  # noqa: F401

    gc.collect()
    gc.freeze()


def _warm_up() -> None:
    inference.warm_up().add_done_callback(_freeze_garbage)
    # After the app's own torch, because a visitor draws before they train.
    inference.warm_up().add_done_callback(lambda _: training().warm_up())


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """Runs with the server: load torch in app and worker ``HEAD_START`` seconds after the start; close the service."""
    service = training()
    asyncio.get_running_loop().call_later(HEAD_START, _warm_up)
    try:
        yield
    finally:
        service.close()
