"""The training digits nearest to the visitor's: by code, and by pixels."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cae.data.download import Progress
from cae.data.names import class_names
from cae.inference import network, on_thread
from cae.runs.run import Run
from cae.ui.parts import palette
from cae.ui.parts.images import Picture
from cae.ui.parts.test_set import BATCH
from cae.ui.parts.tiles import strip
from cae.ui.visitor.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["neighbours"]

AMONG = 10_000  # training pictures: the first of them
SHOWN = 8
CACHED = 4  # sets of codes


@dataclass(frozen=True, eq=False)
class Training:
    """The first training pictures, uint8 (N, 28, 28), with labels (N,)."""

    name: str
    images: Picture
    labels: NDArray[np.int64]


@st.cache_resource(show_spinner=False)
def _training(name: str) -> Task[Training]:
    return Task(lambda progress: _load(name, progress))


def _load(name: str, progress: Progress) -> Training:
    from cae.data import datasets

    train = datasets.load(name, progress=progress).train[:AMONG]
    return Training(name, train.images.squeeze(1).clone().numpy(), train.labels.clone().numpy())


@st.cache_resource(max_entries=CACHED, show_spinner=False)
def _codes(digest: str, name: str, _run: Run, _training: Training) -> Task[Tensor]:
    return Task(lambda progress: _encode(_run, _training, progress))


def _encode(run: Run, training: Training, progress: Progress) -> Tensor:
    import torch

    from cae.analysis.latent import codes

    model, images = network(run), torch.from_numpy(training.images).unsqueeze(1)
    found = []
    for start in range(0, len(images), BATCH):
        found.append(codes(model, images[start : start + BATCH]))
        progress(min(1.0, (start + BATCH) / len(images)), f"Encoding {len(images):,} training pictures")
    return torch.cat(found)


def neighbours(run: Run, dataset: str, digit: Picture) -> None:
    """Show the nearest training pictures of the digit, by code above and by pixels below, and count their classes."""
    waiting = st.empty()

    def report(share: float, words: str) -> None:
        waiting.progress(share, words)

    training = _training(dataset).result(report)
    codes = _codes(run.digest, dataset, run, training).result(report)
    waiting.empty()
    by_code, by_pixels = on_thread(_nearest, run, training, codes, digit)
    strip((training.images[by_code], training.images[by_pixels]), (palette.RECONSTRUCTION, palette.ORIGINAL))
    both = len(set(by_code.tolist()) & set(by_pixels.tolist()))
    st.html(
        f"<p>Above, the {SHOWN} of {len(training.labels):,} training pictures whose codes are nearest to yours: "
        f"{_counted(training, by_code)}. Below, those whose pixels are nearest: {_counted(training, by_pixels)}. "
        f"{both} of them {'is' if both == 1 else 'are'} in both rows. Where the rows differ, the network has learnt "
        "another likeness than that of pixels.</p>"
    )


def _nearest(
    run: Run, training: Training, codes: Tensor, digit: Picture
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    import torch

    from cae.analysis.latent import codes as encode
    from cae.analysis.latent import nearest

    own = torch.from_numpy(digit)[None, None]
    by_code = nearest(codes, encode(network(run), own), SHOWN)
    by_pixels = nearest(torch.from_numpy(training.images).flatten(1).float(), own.flatten(1).float(), SHOWN)
    return by_code[0].numpy(), by_pixels[0].numpy()


def _counted(training: Training, places: NDArray[np.int64]) -> str:
    """The classes among these pictures, the most frequent first: "6 × 3, 2 × 5"."""
    called = class_names(training.name)
    counts = Counter(called[label] for label in training.labels[places]).most_common()
    return ", ".join(f"{count} × {escape(name)}" for name, count in counts)
