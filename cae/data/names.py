"""Names of the data sets and of their classes, without torch."""

from __future__ import annotations

from cae.config import TrainConfig
from cae.config.settings import setting_of

__all__ = ["TITLES", "class_names", "dataset_names"]

TITLES = {"mnist": "MNIST", "fashion-mnist": "Fashion-MNIST", "synthetic": "synthetic digits"}

CLOTHES = ("T-shirt", "Trousers", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")


def dataset_names() -> tuple[str, ...]:
    """Every data set that ``cae.data.datasets.load`` knows."""
    domain = setting_of(TrainConfig, "dataset").domain
    return tuple(domain.options)  # type: ignore[union-attr]


def class_names(dataset: str) -> tuple[str, ...]:
    """The names of the ten classes of a data set."""
    return CLOTHES if dataset == "fashion-mnist" else tuple("0123456789")
