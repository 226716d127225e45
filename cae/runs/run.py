"""A training run as one frozen value: its config, its history and the weights of its network.

The session holds it, a checkpoint stores it, pages compare it. ``run.after(event)`` gives the run after an event;
``cae.runs.checkpoint`` writes and reads it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np

from cae.config import TrainConfig, command
from cae.images import Images
from cae.registry import Shape
from cae.training.events import Epoch, Event, Finished, Preview, Started, Step, Weights

__all__ = ["EXACT_NORMS", "HALF", "History", "Moment", "Run", "title"]

EXACT_NORMS, HALF = "--exact-norms", "--half"  # flags of ``train`` that change the weights when the training has ended

NO_IMAGES: Images = np.empty((0, *Shape().array), np.uint8)


@dataclass(frozen=True)
class History:
    """The curves. ``losses`` holds the MSE of every batch; the pairs are (step, MSE).

    ``kl``, of every batch, and the pairs of ``held_out_kl`` are the KL divergence of a variational network, in nats a
    picture; empty for others.
    """

    losses: tuple[float, ...] = ()
    held_out: tuple[tuple[int, float], ...] = ()  # on the first validation images, at every preview
    epochs: tuple[tuple[int, float], ...] = ()  # on the whole validation split, at the end of every epoch
    kl: tuple[float, ...] = ()
    held_out_kl: tuple[tuple[int, float], ...] = ()  # on the first validation images, at every preview


@dataclass(frozen=True, eq=False)
class Moment:
    """The watched pictures as the network reconstructed them after ``step`` steps."""

    step: int
    held_out: float
    reconstructions: Images


@dataclass(frozen=True, eq=False)
class Run:
    """A run in any state, from submitted to finished. ``weights`` is empty until the first preview."""

    config: TrainConfig
    name: str = "untitled"
    weights: Weights = field(default_factory=dict)
    history: History = History()
    device: str = ""
    seconds: float = 0.0  # of training, without evaluation
    steps: int = 0  # in the whole run, as planned
    steps_per_epoch: int = 0
    images_per_second: float = 0.0
    ending: str = ""  # "" while it runs, else "complete", "diverged", "stopped" or "out of time"
    command: str = ""  # the command line that repeats it
    figures: dict[str, Any] = field(default_factory=dict)  # measured after the training: {"mnist": {"mse": …}}
    originals: Images = field(default_factory=lambda: NO_IMAGES)  # the watched pictures; not stored
    moments: tuple[Moment, ...] = ()  # not stored

    @property
    def step(self) -> int:
        """Steps taken so far."""
        return len(self.history.losses)

    @property
    def title(self) -> str:
        """The name as people read it: “Bottleneck 32” for “bottleneck-32”, “VAE 16” for “vae-16”."""
        return title(self.name)

    @property
    def finish(self) -> tuple[str, ...]:
        """What was done to the weights when the training had ended: flags of ``train``."""
        return tuple(flag for flag in (EXACT_NORMS, HALF) if flag in self.command.split())

    def again(self, out: str) -> str:
        """The command line that repeats it and writes the file ``out``.

        Built from the settings: ``command`` may come from an uploaded file, which cannot be trusted.
        """
        return " ".join([command(self.config, out), *self.finish])

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays: about its size in memory."""
        pictures = sum(moment.reconstructions.nbytes for moment in self.moments)
        return (
            sum(value.nbytes for value in self.weights.values())
            + pictures
            + 8 * (len(self.history.losses) + len(self.history.kl))
        )

    @cached_property
    def digest(self) -> str:
        """A hash of config and weights, 16 hexadecimal digits: equal for equal networks only."""
        digest = sha256(json.dumps(self.config.model.as_dict(), sort_keys=True).encode())
        for name in sorted(self.weights):
            digest.update(name.encode() + self.weights[name].tobytes())
        return digest.hexdigest()[:16]

    def after(self, event: Event) -> Run:
        """The run after this event."""
        history = self.history
        match event:
            case Started():
                return replace(
                    self,
                    steps=event.steps,
                    steps_per_epoch=event.steps_per_epoch,
                    device=event.device,
                    originals=event.originals,
                )
            case Step():
                history = replace(history, losses=history.losses + event.losses, kl=history.kl + event.kl)
                speed = event.images_per_second
                return replace(self, history=history, seconds=event.seconds, images_per_second=speed)
            case Preview():
                moment = Moment(event.step, event.held_out, event.reconstructions)
                history = replace(history, held_out=(*history.held_out, (event.step, event.held_out)))
                if event.kl is not None:
                    history = replace(history, held_out_kl=(*history.held_out_kl, (event.step, event.kl)))
                return replace(
                    self,
                    history=history,
                    moments=(*self.moments, moment),
                    weights=event.weights,
                )
            case Epoch():
                return replace(self, history=replace(history, epochs=(*history.epochs, (event.step, event.held_out))))
            case Finished():
                return replace(self, ending=event.ending, seconds=event.seconds, weights=event.weights or self.weights)


def title(name: str) -> str:
    """A run's name as people read it."""
    words = name.replace("-", " ")
    return f"VAE{words[3:]}" if f"{words} ".startswith("vae ") else words[:1].upper() + words[1:]
