"""The ways to repair a picture: networks, and simple ways that need none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cae.config import Corruption
from cae.images import Images, levels, pixels
from cae.inference import network, on_thread
from cae.runs.figures import Figures
from cae.runs.run import Run
from cae.ui.damage.damages import STRENGTHS
from cae.ui.damage.measured import NETWORKS, simple_tones, table, way_title
from cae.ui.networks.shipped import shipped
from cae.ui.parts.damage import damage
from cae.ui.parts.images import Picture
from cae.ui.parts.test_set import TestSet

__all__ = ["Repaired", "best_trained", "networks", "repaired"]

CACHED = 32  # damaged pictures with their repairs; 80 kB each


@dataclass(frozen=True, eq=False)
class Repaired:
    """What one way makes of each damaged picture: uint8 arrays, and the figures against the original."""

    title: str
    note: str
    tone: str
    run: Run | None  # the network, if it is one
    images: Images
    figures: Sequence[Figures]


def networks(chosen: Run) -> list[Run]:
    """The chosen network, and those that come with the app and were trained to repair pictures of the same shape."""
    shape = chosen.config.model.picture
    trained = [run for run in shipped().values() if run.config.damages and run.config.model.picture == shape]
    return [chosen, *(run for run in trained if run.digest != chosen.digest)]


def best_trained(runs: Sequence[Run], kind: Corruption) -> Run:
    """The network that was trained for this damage, or else for any, or else the first."""
    wanted = (kind, "mixed")
    return next((run for want in wanted for run in runs if run.config.corruption == want), runs[-1])


def repaired(
    runs: Sequence[Run], picture: Picture, given: Images, kind: Corruption, test: TestSet
) -> tuple[Repaired, ...]:
    """Every way on each of the damaged pictures ``given``, uint8 arrays."""
    # Kept, because the page is run again for every move of the slider, which changes no picture.
    key = tuple(run.digest for run in runs), picture.tobytes(), given.tobytes(), kind
    return test.kept.get(
        "repairs", key, lambda: on_thread(lambda: tuple(_repaired(runs, picture, given, kind, test))), CACHED
    )


def _repaired(
    runs: Sequence[Run], picture: Picture, given: Images, kind: Corruption, test: TestSet
) -> Iterator[Repaired]:
    for run, tone in zip(runs, NETWORKS, strict=False):
        yield _by_network(run, picture, given, tone)
    yield from _by_simple_ways(picture, given, kind, test)


def _by_network(run: Run, picture: Picture, given: Images, tone: str) -> Repaired:
    import torch

    with torch.inference_mode():
        images = levels(network(run)(pixels(given)))
    config = run.config
    note = "never trained on damage"
    if config.damages:
        note = f"trained on {damage(config.corruption, config.strength, config.model.picture.side)}"
    return Repaired(run.title, note, tone, run, images, _figures(picture, images))


def _by_simple_ways(picture: Picture, given: Images, kind: Corruption, test: TestSet) -> Iterator[Repaired]:
    import torch

    from cae.evaluation.repair import COMPONENTS, MEDIAN, PARAMETERS, PCA_WAY, TOTAL_VARIATION, simple_ways

    measured = table()
    parts: dict[str, list[Images]] = {MEDIAN: [], TOTAL_VARIATION: [], PCA_WAY: []}
    for strength, one in zip(STRENGTHS, given, strict=False):
        parameters = {
            name: (measured.at(kind, strength, name).parameter if measured else None) or values[0]
            for name, values in PARAMETERS.items()
        }
        with torch.inference_mode():
            for name, way in simple_ways(test.pca, parameters).items():
                parts[name].append(levels(way(pixels(one[None]))))
    tones = simple_tones()
    notes = {
        MEDIAN: "each pixel: the middle one of its neighbours",
        TOTAL_VARIATION: "flat areas, few edges",
        PCA_WAY: f"a code of {COMPONENTS} numbers",
    }
    for name, several in parts.items():
        images = np.concatenate(several)
        yield Repaired(way_title(name), notes[name], tones[name], None, images, _figures(picture, images))


def _figures(picture: Picture, images: Images) -> tuple[Figures, ...]:
    from cae.evaluation.metrics import per_image

    return per_image(pixels(picture[None]).expand(len(images), -1, -1, -1), pixels(images)).each()
