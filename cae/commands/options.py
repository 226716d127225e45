"""The settings that the flags of a command describe."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cae.config import ModelConfig, TrainConfig, without_noise
from cae.config.settings import setting_of, settings
from cae.registry import DATASETS, FOLDER, Shape

if TYPE_CHECKING:
    from cae.data.datasets import Dataset
    from cae.data.download import Progress
    from cae.runs.run import Run

__all__ = ["config_of", "dataset_of", "networks", "seeds", "shape_given", "shape_of"]


def config_of(options: argparse.Namespace) -> TrainConfig:
    """The config that the flags describe. Raises ``ValueError`` for a value that is not allowed."""

    def given(config: type) -> dict[str, Any]:
        texts = ((field.name, about, getattr(options, field.name, None)) for field, about in settings(config))
        return {name: about.parse(text, name) for name, about, text in texts if text is not None}

    own = given(TrainConfig)
    if options.noise is not None:
        strength = setting_of(TrainConfig, "strength")
        own = without_noise({**own, "noise": strength.parse(options.noise, "noise")})
    picture = shape_given(own.get("dataset", TrainConfig.dataset), options)
    return TrainConfig(model=ModelConfig(picture=picture, **given(ModelConfig)), **own)


def shape_given(dataset: str, options: argparse.Namespace) -> Shape:
    """The shape of the data set's pictures: of a folder's, what ``--side`` and ``--colour`` say.

    Raises ``ValueError`` if the data set has a shape of its own and one of the flags is given.
    """
    if dataset not in DATASETS:
        side = Shape().side if options.side is None else options.side
        return Shape(side, 3 if options.colour else 1)
    shape = DATASETS[dataset].shape
    if options.side is not None or options.colour:
        raise ValueError(f"{dataset} has pictures of {shape}: --side and --colour are for {FOLDER}PATH only.")
    return shape


def dataset_of(name: str, shape: Shape, directory: Path | None, progress: Progress) -> Dataset:
    """The data set called ``name``, whose pictures must have this shape: those of a folder are brought into it.

    Raises ``ValueError`` or ``OSError``.
    """
    from cae.data import datasets

    if name.startswith(FOLDER):
        from cae.data.own_pictures import folder

        path = name.removeprefix(FOLDER)
        if not path:
            raise ValueError(f"After {FOLDER} stands no path; give a folder of pictures, or a zip archive of them.")
        return folder(Path(path), shape, progress).dataset(name)
    datasets.check_shape(name, shape)
    return datasets.load(name, directory, progress)


def networks(paths: Sequence[Path]) -> dict[str, Run]:
    """The saved networks by the names of their files. Raises ``ValueError`` if two have the same name."""
    from cae.runs import checkpoint

    runs = {path.stem: checkpoint.load(path) for path in paths}
    if len(runs) < len(paths):
        raise ValueError("Two networks have the same name; give each its own.")
    return runs


def shape_of(runs: Mapping[str, Run]) -> Shape:
    """The shape of the pictures that all of these networks take. Raises ``ValueError`` if it is not the same."""
    shapes = {run.config.model.picture for run in runs.values()}
    if len(shapes) > 1:
        raise ValueError("The networks take pictures of different shapes: choose networks for the same pictures.")
    return shapes.pop()


def seeds(text: str) -> tuple[int, ...]:
    """One or more seeds, separated by commas: ``0,1,2``."""
    about = setting_of(TrainConfig, "seed")
    found = tuple(about.parse(word, "seeds") for word in text.split(","))
    for seed in found:
        if not about.domain.accepts(seed):
            raise about.refusal(seed, "seeds")
    return found
