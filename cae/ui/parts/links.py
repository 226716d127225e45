"""Links to other pages, with a network or settings in their query parameters."""

from __future__ import annotations

from pathlib import Path

from streamlit.delta_generator import DeltaGenerator

from cae.config import TrainConfig
from cae.config.settings import chosen, written
from cae.environment import environment
from cae.runs.run import Run

__all__ = ["PAGES", "address", "to_compare", "to_draw", "to_tour", "to_train"]

PAGES = Path(__file__).parents[3] / "pages"
# A button with st.switch_page would not do: it fails on a page that binds widgets to its query parameters.


def to_draw(place: DeltaGenerator, run: Run, words: str) -> None:
    """The Draw page, with this network."""
    place.page_link(PAGES / "draw.py", label=words, query_params={"network": run.title})


def to_tour(place: DeltaGenerator, words: str) -> None:
    """The Draw page, where the tour begins."""
    place.page_link(PAGES / "draw.py", label=words, query_params={"tour": "yes"}, width="content")


def to_compare(place: DeltaGenerator, run: Run, words: str) -> None:
    """The Compare page, with this network."""
    place.page_link(PAGES / "compare.py", label=words, query_params={"network": run.title})


def to_train(place: DeltaGenerator, config: TrainConfig | None, words: str) -> None:
    """The Train page, with these settings; None keeps the settings that it has. Without training there is no link."""
    if environment().rules.training:
        place.page_link(PAGES / "train.py", label=words, query_params=address(config) if config else None)


def address(config: TrainConfig) -> dict[str, str]:
    """All settings as query parameters. A setting that is left out would keep its last value on the page."""
    return {field.name: written(value) for field, _, value in chosen(config, config.model)}
