"""The losses of a run as lines of a chart: training and held-out. A variational network has its two parts, in nats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cae.runs.run import Run
from cae.ui.parts import palette
from cae.ui.parts.curves import Points, axes, smoothed
from cae.ui.parts.live_chart import Trace

__all__ = ["ELBO", "LossLines", "loss_lines"]

ELBO = (
    "A variational autoencoder encodes each picture as a Gaussian, and is trained with a code drawn from it. Its loss "
    "is the squared error, summed over the pixels, plus beta times the KL divergence of that Gaussian from a standard "
    "one. With a beta of 1, and a variance of ½ for each pixel, this is the negative ELBO (evidence lower bound: "
    "[Kingma and Welling, 2014](https://arxiv.org/abs/1312.6114)) in nats, up to a constant. With another beta, the "
    "network is called a β-VAE ([Higgins et al., 2017](https://openreview.net/forum?id=Sy2fzU9gl))."
)


@dataclass(frozen=True)
class LossLines:
    """Lines against the step, what their y is, and its range from a good short run to an untrained network."""

    traces: list[Trace]
    label: str
    y_title: str
    y_range: tuple[float, float]
    log_y: bool  # nats are added up, so their scale is linear


def loss_lines(run: Run, most: int, planned: int = 0, mode: Literal["lines", "lines+markers"] = "lines") -> LossLines:
    """The lines of this run, each training line of at most ``most`` points; ``planned`` is as in ``smoothed``."""
    history = run.history
    if not run.config.model.variational:
        return LossLines(
            [
                Trace("Training loss", *axes(smoothed(history.losses, most, planned)), palette.TRAINING, opacity=0.8),
                Trace("Held-out loss", *axes(history.held_out), palette.HELD_OUT, mode=mode),
            ],
            "Training loss and held-out loss",
            "MSE",
            (0.001, 0.2),
            True,
        )
    values = run.config.model.picture.values
    squared = [_nats(each, values) for each in (smoothed(history.losses, most, planned), history.held_out)]
    return LossLines(
        [
            Trace("Squared error, training", *axes(squared[0]), palette.TRAINING, opacity=0.8),
            Trace("Squared error, held-out", *axes(squared[1]), palette.HELD_OUT, mode=mode),
            Trace("KL, training", *axes(smoothed(history.kl, most, planned)), palette.PCA, opacity=0.8),
            Trace("KL, held-out", *axes(history.held_out_kl), palette.OTHER, mode=mode),
        ],
        "Squared error and KL divergence, in training and on held-out pictures",
        "Nats a picture",
        (0, 50),
        False,
    )


def _nats(points: Points, values: int) -> Points:
    """MSEs as squared errors, summed over a picture's values: nats, where each has a variance of ½."""
    return [(step, mse * values) for step, mse in points]
