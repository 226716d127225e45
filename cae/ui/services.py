"""What all visitors share: the training service and the inference thread, made ready while the server starts."""

from __future__ import annotations

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


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """While the server lives: torch is loading in the background before the first visitor comes."""
    service = training()
    inference.warm_up()
    try:
        yield
    finally:
        service.close()
