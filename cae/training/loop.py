"""The training loop: a generator of events.

The caller decides the pace and when to stop: ``close()`` ends the run, and the weights of the last ``Preview`` are its
result.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from cae.config import TrainConfig
from cae.data.datasets import Dataset
from cae.device import Compute, choose
from cae.engine import engine
from cae.engine.forms import fast_forms
from cae.images import Images, arrays, levels
from cae.model import ConvAutoencoder
from cae.training.events import Epoch, Event, Finished, Preview, Started, Step, Weights

__all__ = ["HeldOut", "held_out", "initialised", "train", "weights_of"]

SECONDS_BETWEEN_STEPS = 0.25
PREVIEWS_PER_EPOCH = 12
PREVIEW_IMAGES = 500  # validation images behind a preview's held-out loss
EVALUATION_BATCH = 500
LEAST_SPREAD = 1e-4  # of a pixel over the reconstructions, where 1 is from black to white


def train(
    config: TrainConfig,
    dataset: Dataset,
    *,
    compute: Compute | None = None,
    watch: Tensor | None = None,
    look: Callable[[], bool] = lambda: False,
) -> Generator[Event, None, None]:
    """Train a new network on ``dataset.train`` and yield events.

    ``watch`` are uint8 pictures (N, C, S, S) that every ``Preview`` reconstructs; by default none. ``look`` is
    called after every step; if it returns True, a ``Preview`` follows at once: a caller that stops or pauses gets the
    weights of this very step.

    The same config, data set and machine give the same losses and weights at every step; only the moments at which
    ``Step``s are yielded depend on the clock. Raises ``ValueError`` if the training split has no full batch.
    """
    compute = compute or choose()
    device = compute.device
    if len(dataset.train) < config.batch_size:
        raise ValueError(f"batch_size is {config.batch_size}; the data set has {len(dataset.train)} images.")

    model = initialised(config).to(device).to(memory_format=compute.memory_format)
    images = dataset.train.images.to(device)
    validation = dataset.validation.images.to(device)
    watched = (watch if watch is not None else images[:0]).to(device)

    steps_per_epoch = len(images) // config.batch_size
    total = steps_per_epoch * config.epochs
    previews = _preview_steps(steps_per_epoch, total)

    def preview(step: int) -> Preview:
        error, kl = held_out(model, validation[:PREVIEW_IMAGES])
        return Preview(step, error, _reconstruct(model, watched), weights_of(model), kl)

    yield Started(total, steps_per_epoch, str(compute), arrays(watched))
    best = preview(0)
    yield best

    learner = engine(config, model, images, compute, total)
    spent, said, since = 0.0, 0, time.perf_counter()  # seconds trained, steps reported, time of the last reading
    for step in range(1, total + 1):
        learner.step()
        ends_epoch = step % steps_per_epoch == 0
        looks = step in previews or look()
        now = time.perf_counter()
        if now - since < SECONDS_BETWEEN_STEPS and not looks and not ends_epoch:
            continue
        # The only place where the loop waits for the device.
        news = list(zip(learner.losses[said:step].tolist(), learner.kl[said:step].tolist(), strict=True))
        now = time.perf_counter()
        spent += now - since
        sound = list(itertools.takewhile(lambda both: all(map(math.isfinite, both)), news))
        if sound:
            errors, kl = zip(*sound, strict=True)
            speed = len(news) * config.batch_size / (now - since)
            yield Step(said + len(sound), errors, spent, speed, kl if config.model.variational else ())
        said = step
        if len(sound) < len(news):
            yield _diverged(config, "the loss is no longer a number", best, spent)
            return
        if looks:
            moment = preview(step)
            if not _usable(moment):
                yield _diverged(config, "the loss is no longer a number", best, spent)
                return
            yield moment
            best = min(best, moment, key=lambda one: one.held_out)
        if ends_epoch:
            mean = float(learner.losses[step - steps_per_epoch : step].mean())
            yield Epoch(step // steps_per_epoch, step, mean, *held_out(model, validation))
            if _collapsed(model, validation[:PREVIEW_IMAGES]):
                yield _diverged(config, "the network gives the same picture for every image", best, spent)
                return
        since = time.perf_counter()
    yield Finished("complete", f"Trained for {total:,} steps.", spent)


def initialised(config: TrainConfig) -> ConvAutoencoder:
    """A new network whose weights depend on the seed alone. Leaves the process-wide generator as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(config.seed)  # torch.manual_seed would seed every GPU, too
        return ConvAutoencoder(config.model)


def _preview_steps(steps_per_epoch: int, total: int) -> frozenset[int]:
    """The steps with a preview: 1, 2, 4, 8, … while much changes, then twelve in an epoch, and the last."""
    every = max(1, steps_per_epoch // PREVIEWS_PER_EPOCH)
    doubling = {1 << power for power in range(every.bit_length())}
    return frozenset(step for step in doubling | set(range(every, total, every)) | {total} if step <= total)


@contextmanager
def _in_use(model: ConvAutoencoder, device: torch.device) -> Iterator[None]:
    """Within the context, the network is in evaluation mode and in float32."""
    model.eval()
    with torch.inference_mode(), fast_forms(device):
        yield
    model.train()


def _reconstruct(model: ConvAutoencoder, watched: Tensor) -> Images:
    with _in_use(model, watched.device):
        pictures = model(watched.float() / 255) if len(watched) else watched.float()
    return levels(pictures.nan_to_num())


class HeldOut(NamedTuple):
    """The MSE over some images, and of a variational network the mean KL divergence in nats."""

    mse: float
    kl: float | None


def held_out(model: ConvAutoencoder, images: Tensor) -> HeldOut:
    """Measure the network in evaluation mode and in float32. A variational one reconstructs from its mean codes."""
    precise = torch.float64 if images.device.type != "mps" else None
    error, kl = torch.zeros(2, device=images.device, dtype=precise)
    with _in_use(model, images.device):
        for part in images.split(EVALUATION_BATCH):
            originals = part.float() / 255
            if model.config.variational:
                posterior, switches = model.posterior(originals)
                reconstructions = model.decode(posterior.mean, switches)
                kl += posterior.kl().sum()
            else:
                reconstructions = model(originals)
            error += nn.functional.mse_loss(reconstructions, originals, reduction="sum")
    return HeldOut(float(error) / images.numel(), float(kl) / len(images) if model.config.variational else None)


def weights_of(model: ConvAutoencoder) -> Weights:
    return {name: value.detach().cpu().contiguous().numpy().copy() for name, value in model.state_dict().items()}


def _usable(moment: Preview) -> bool:
    return all(map(math.isfinite, (moment.held_out, moment.kl or 0.0))) and all(
        bool(np.isfinite(value).all()) for value in moment.weights.values()
    )


def _collapsed(model: ConvAutoencoder, images: Tensor) -> bool:
    """Whether all reconstructions are the same: steps that were too long have left its units without a gradient."""
    with _in_use(model, images.device):
        spread = float(model(images.float() / 255).std(dim=0).mean())
    return spread < LEAST_SPREAD


def _diverged(config: TrainConfig, how: str, best: Preview, seconds: float) -> Finished:
    other = f" or beta (now {config.model.beta:g})" if config.model.variational else ""
    message = (
        f"Training diverged: {how}. Lower the learning rate (now {config.learning_rate:g}){other} and train again; "
        f"the best network so far, that of step {best.step:,}, is kept."
    )
    return Finished("diverged", message, seconds, best.weights)
