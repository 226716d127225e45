"""The workers of the training service: on the cluster while it can be reached, or else the one on this machine."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol

from cae.jobs.cluster.link import Cluster
from cae.jobs.process import LocalWorker

__all__ = ["Worker", "Workers"]


class Worker(Protocol):
    """Trains one run at a time, and keeps those that are paused."""

    is_ready: bool  # it has loaded its libraries
    device: str  # in words; empty until it is ready for the first time

    def start(self) -> bool:
        """Start it, if it is not there. Returns False if that is refused."""
        ...

    def send(self, message: object) -> None:
        """Send a message. If the worker has ended, the message is lost."""
        ...

    def replace(self) -> None:
        """End it and all of its runs, so that it can be started anew."""
        ...


class Workers:
    """Not safe across threads: its owner holds a lock."""

    def __init__(self, local: LocalWorker, cluster: Cluster | None = None) -> None:
        self.local, self.cluster = local, cluster

    @property
    def places(self) -> int:
        """How many runs can train at the same time."""
        return self.cluster.places if self.cluster and self.cluster.is_there else 1

    @property
    def where(self) -> str:
        """Where runs train, in a sentence."""
        return self.cluster.state if self.cluster else "Runs train on this machine."

    def warm_up(self) -> None:
        """Load what the next run needs before it comes: the cluster, or the process on this machine."""
        if self.cluster:
            self.cluster.start()
        else:
            self.local.start()

    def idle(self, busy: Collection[Worker]) -> Worker | None:
        """A worker for a new run, which may still have to be started; None while all are ``busy``.

        On the way to the cluster, runs wait: a worker on this machine would take as long to start.
        """
        if self.cluster and (self.cluster.is_there or self.cluster.is_expected):
            return self.cluster.idle(busy)
        return None if self.local in busy else self.local

    def heard(self, source: object, message: object) -> Iterator[tuple[Worker, object]]:
        """Whose messages these are, from what arrived in the inbox."""
        if self.local.is_current(source):
            yield self.local, message
        elif self.cluster and self.cluster.is_current(source):
            yield from self.cluster.heard(message)

    def check_time(self, needed: Collection[Worker]) -> Iterator[tuple[Worker, object]]:
        """Give back the places of idle workers, but of those ``needed``; look for a cluster that was lost.

        Yields the workers that are lost meanwhile, each with ``Gone``.
        """
        if self.cluster:
            yield from self.cluster.check_time(needed)

    def close(self) -> None:
        """End all workers."""
        self.local.close()
        if self.cluster:
            self.cluster.close()
