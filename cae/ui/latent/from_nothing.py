"""Digits from nothing: codes drawn by chance, from a plain Gaussian and from a mixture, and how real they look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from cae.data.download import Progress
from cae.inference import network, on_thread, pixels
from cae.runs.run import Run
from cae.ui.latent.training import Training, training_codes, training_pictures, waiting
from cae.ui.parts import palette
from cae.ui.parts.images import Picture
from cae.ui.parts.test_set import BATCH, TestSet
from cae.ui.parts.text import number
from cae.ui.parts.tiles import strip
from cae.ui.visitor.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor

    from cae.analysis.density import Density

__all__ = ["from_nothing"]

COMPONENTS = {"Gaussian": 1, "mixture": 20}
JUDGED = 2_000  # samples of each kind, and as many test pictures
SHOWN = 10
CACHED = 8
DIGITS = ("mnist", "synthetic")  # data sets that the classifier of digits can judge


@dataclass(frozen=True)
class Judged:
    """How real ``JUDGED`` pictures look.

    Attributes:
        distance: the Fréchet distance to the other test pictures in the classifier's features.
        nearest: the mean MSE to the nearest training picture: near 0 for copies.
    """

    distance: float
    nearest: float


@dataclass(frozen=True, eq=False)
class Samples:
    """The fitted densities, and the judgement of their samples, of test pictures and of their reconstructions."""

    densities: Mapping[str, Density]
    judged: Mapping[str, Judged]


def from_nothing(run: Run, test: TestSet) -> None:
    """Samples of both densities with their figures, and a button for others."""
    with waiting() as report:
        training = training_pictures(test.name, report)
        codes = training_codes(run, training, report)
        found = _samples(run.digest, test.name, run, test, training, codes).result(report)
    seed = st.session_state.setdefault("samples-seed", 1)
    pictures = [on_thread(_drawn, run, density, seed) for density in found.densities.values()]
    strip(pictures, (palette.DIFFERENCE, palette.RECONSTRUCTION))
    st.button("Other samples", on_click=_reseed, help="Draw other codes by chance.")
    st.write(
        f"Above, codes from a plain Gaussian with the mean and the covariance of {len(codes):,} training codes. Below, "
        f"from a mixture of {COMPONENTS['mixture']} Gaussians fitted to the same codes. The codes fill only a part of "
        "the space; a single Gaussian also draws from the holes between them, where the decoder was never trained."
    )
    if test.name in DIGITS:
        st.html(_table(found.judged))
        st.caption(
            f"Fréchet distance: between {JUDGED:,} pictures and the other test pictures, in the features of a small "
            "classifier of digits that was trained on MNIST; 0 if the features have the same distribution. (It is not "
            "the FID, which needs an Inception network.) Nearest: the mean MSE to the nearest training picture; 0 for "
            "copies. Blurred pictures are near to many others, so only both columns together tell."
        )


def _reseed() -> None:
    st.session_state["samples-seed"] += 1


def _table(judged: Mapping[str, Judged]) -> str:
    rows = "".join(
        f"<tr><th>{name}</th><td>{number(one.distance)}</td><td>{number(one.nearest)}</td></tr>"
        for name, one in judged.items()
    )
    heads = "<tr><th></th><th>Fréchet distance</th><th>Nearest</th></tr>"
    return f'<table class="exchanged samples"><thead>{heads}</thead><tbody>{rows}</tbody></table>'


def _drawn(run: Run, density: Density, seed: int) -> Picture:
    import torch

    from cae.analysis.latent import decode

    with torch.inference_mode():
        pictures: Picture = decode(network(run), density.sample(SHOWN, seed)).squeeze(1).mul(255).round().byte().numpy()
    return pictures


@st.cache_resource(max_entries=CACHED, show_spinner=False)
def _samples(digest: str, name: str, _run: Run, _test: TestSet, _training: Training, _codes: Tensor) -> Task[Samples]:
    return Task(lambda progress: _fit_and_judge(_run, _test, _training, _codes, progress))


def _fit_and_judge(run: Run, test: TestSet, training: Training, codes: Tensor, progress: Progress) -> Samples:
    import torch

    from cae.analysis.density import Density, frechet_distance
    from cae.analysis.latent import decode, nearest_errors
    from cae.evaluation.classifier import features

    densities = {}
    for place, (name, components) in enumerate(COMPONENTS.items()):
        progress(place / 8, f"Fitting a {name}")
        densities[name] = Density.fit(codes, components)
    if test.name not in DIGITS:
        return Samples(densities, {})
    model = network(run)
    images, known = pixels(test.images), pixels(training.images)
    # Every fifth: the two halves of MNIST's test set come from different writers.
    fifth = torch.arange(len(images)) % 5 == 0
    some, others = images[fifth][:JUDGED], features(images[~fifth])
    kinds = {
        "Gaussian": (decode, densities["Gaussian"].sample(JUDGED, 0)),
        "Mixture": (decode, densities["mixture"].sample(JUDGED, 0)),
        "Test digits, reconstructed": (lambda model, part: model(part), some),
        "Test digits": (lambda _, part: part, some),
    }
    judged = {}
    for place, (name, (make, given)) in enumerate(kinds.items()):
        parts = []
        for start in range(0, len(given), BATCH):
            with torch.inference_mode():
                parts.append(make(model, given[start : start + BATCH]))
            progress(min(1.0, (2 + place + start / len(given)) / 6), f"Judging {JUDGED:,} pictures of each kind")
        pictures = torch.cat(parts)
        distance = frechet_distance(features(pictures), others)
        judged[name] = Judged(distance, float(nearest_errors(pictures, known).mean()))
    return Samples(densities, judged)
