"""Measure a network on a set of images, in parts, so that the caller can show progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

import torch
from torch import Tensor

from cae.device import Compute
from cae.engine.forms import fast_forms
from cae.evaluation.metrics import PerImage, per_image
from cae.evaluation.pca import PCA
from cae.runs.checkpoint import build
from cae.runs.figures import Figures
from cae.runs.run import Run

__all__ = ["Evaluation", "Reconstruct", "evaluate", "negative_elbo", "network_on", "pca_at", "report"]

PART = 500  # images at a time; larger parts are faster

Reconstruct = Callable[[Tensor], Tensor]
"""float (N, C, H, W) in [0, 1] → the same shape: a network, or PCA at some code size."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The reconstruction of every image, uint8 (N, C, H, W), and its figures."""

    reconstructions: Tensor
    per_image: PerImage

    @property
    def figures(self) -> Figures:
        return self.per_image.over_set()


def evaluate(
    reconstruct: Reconstruct,
    images: Tensor,
    progress: Callable[[float], None] = lambda share: None,
    part: int = PART,
) -> Evaluation:
    """Measure ``reconstruct`` on uint8 ``images`` (N, C, H, W).

    ``progress`` is called with the share done, 0 to 1, after every ``part`` images. Figures are computed before the
    reconstructions are rounded to 8 bits.
    """
    parts: list[Evaluation] = []
    for start in range(0, len(images), part):
        parts.append(_evaluate_part(reconstruct, images[start : start + part]))
        progress(min(1.0, (start + part) / len(images)))
    figures = (torch.cat([getattr(one.per_image, metric.name) for one in parts]) for metric in fields(PerImage))
    return Evaluation(torch.cat([one.reconstructions for one in parts]), PerImage(*figures))


def _evaluate_part(reconstruct: Reconstruct, images: Tensor) -> Evaluation:
    with torch.inference_mode():
        originals = images.float() / 255
        reconstructions = reconstruct(originals).float()
        pictures = reconstructions.clamp(0, 1).mul(255).round().to(torch.uint8)
        return Evaluation(pictures, per_image(originals, reconstructions))


def report(network: Figures, pca: Figures | None) -> dict[str, Any]:
    """One flat dictionary: the network's figures, and PCA's at the same code size under ``pca_…``.

    PCA's are None if PCA cannot have as many numbers.
    """
    names = asdict(network)
    beside = asdict(pca) if pca else dict.fromkeys(names)
    return {**names, **{f"pca_{name}": value for name, value in beside.items()}}


def negative_elbo(run: Run, images: Tensor, compute: Compute, seed: int = 0) -> dict[str, float]:
    """The two parts of a variational network's negative ELBO on uint8 ``images`` (N, C, H, W); empty for others.

    Both are means over the images, in nats: ``reconstruction`` is the squared error, summed over the pixels, with one
    code drawn for each image (each pixel has a variance of ½; the constant is left out), and ``kl`` the KL divergence.
    """
    if not run.config.model.variational:
        return {}
    model, chance = build(run).to(compute.device), torch.Generator(compute.device).manual_seed(seed)
    error = kl = 0.0
    with torch.inference_mode(), fast_forms(compute.device):
        for part in images.split(PART):
            originals = part.to(compute.device).float() / 255
            posterior, switches = model.posterior(originals)
            error += float((model.decode(posterior.sample(chance), switches) - originals).square().sum())
            kl += float(posterior.kl().sum())
    return {"reconstruction": error / len(images), "kl": kl / len(images)}


def pca_at(pca: PCA, code_size: int) -> Reconstruct:
    """PCA with a code of ``code_size`` numbers, as a function for ``evaluate``."""
    return lambda images: pca.reconstruct(images, code_size)


def network_on(run: Run, compute: Compute) -> Reconstruct:
    """The run's network on the device, as a function for ``evaluate`` with pictures on the CPU."""
    model = build(run).to(compute.device)

    def reconstruct(images: Tensor) -> Tensor:
        with fast_forms(compute.device):
            reconstructions: Tensor = model(images.to(compute.device))
        return reconstructions.cpu()

    return reconstruct
