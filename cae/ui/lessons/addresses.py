"""Addresses of the app's pages with settings in them: ``switches?around=Switches+1&code=Zeros``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cae.config import ModelConfig, TrainConfig
from cae.config.settings import settings
from cae.runs.run import title
from cae.ui.parts.links import address
from cae.ui.parts.next_question import NETWORK
from cae.ui.visitor.services import shipped_names

__all__ = ["SETTINGS", "Address", "parse"]

PICTURE, SET = "picture", "pictures"
SETTINGS: dict[str, tuple[str, ...]] = {
    "draw": (),
    "train": tuple(field.name for part in (TrainConfig, ModelConfig) for field, _ in settings(part)),
    "runs": ("second",),
    "compare": ("beside", SET, "class", "order", "by", "left", "right"),
    "switches": (SET, PICTURE, "code", "switches", "other", "unpool", "size"),
    "inside": (),
    "latent": (SET, "section"),
    "damage": (SET, PICTURE, "kind"),
    "doubt": (SET, "challengers"),
}
"""What the address of each page may set, besides its network (``NETWORK``)."""
NETWORKS = (*NETWORK.values(), "beside", "second")  # settings whose values are titles of networks


@dataclass(frozen=True)
class Address:
    """A page and the settings that its address gives it."""

    page: str
    settings: Mapping[str, str]


def parse(text: str) -> Address:
    """The page and the settings of an address as the browser shows it, with or without the server's name.

    For the Train page the settings that are not named have their defaults, not the visitor's last values.

    Raises:
        ValueError: with a sentence, if there is no such page, setting or network, or Train refuses its settings.
    """
    parts = urlsplit(text.strip())
    page = parts.path.rstrip("/").rpartition("/")[2] or "draw"
    if page not in SETTINGS:
        raise ValueError(f"“{page}” is not a page; the pages are {', '.join(SETTINGS)}.")
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    allowed = ([NETWORK[page]] if page in NETWORK else []) + [*SETTINGS[page]]
    for name, value in given.items():
        if name not in allowed:
            raise ValueError(f"“{name}” is not a setting of {page}; it has {', '.join(allowed)}.")
        if name in NETWORKS and value not in _networks():
            raise ValueError(f"“{value}” is not a network of the app; these are {', '.join(_networks())}.")
    return Address(page, address(_config(given)) if page == "train" else given)


def _networks() -> list[str]:
    return sorted(map(title, shipped_names()))


def _config(given: Mapping[str, str]) -> TrainConfig:
    def parsed(part: type) -> dict[str, Any]:
        there = ((field.name, about) for field, about in settings(part) if field.name in given)
        return {name: about.parse(given[name], name) for name, about in there}

    return TrainConfig(model=ModelConfig(**parsed(ModelConfig)), **parsed(TrainConfig))
