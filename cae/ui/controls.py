"""The sidebar's widgets, derived from the config dataclasses: one for each setting, its value kept in the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import Field
from typing import Any, cast

import streamlit as st

from cae.config import ModelConfig, TrainConfig
from cae.settings import Choice, Integer, Real, Setting, settings, written
from cae.ui.models import DATASETS

__all__ = ["train_config"]

SHOWN = {**DATASETS, "one-cycle": "One cycle"}
FOLDED = ("batch_size", "schedule", "noise", "seed")
FORMATS = {"learning_rate": "%g"}
STEPS = {"learning_rate": 1e-3, "noise": 0.05}


def train_config(disabled: bool = False) -> TrainConfig:
    """The run that the sidebar describes. Raises ``ValueError`` with a sentence for settings that do not fit."""
    both = [*settings(TrainConfig), *settings(ModelConfig)]
    with st.sidebar:
        values = _widgets([one for one in both if one[0].name not in FOLDED], disabled)
        with st.expander("More settings"):
            values |= _widgets([one for one in both if one[0].name in FOLDED], disabled)
    model = {field.name: values.pop(field.name) for field, _ in settings(ModelConfig)}
    return TrainConfig(model=ModelConfig(**model), **values)


def shown(word: str) -> str:
    """A choice as a person reads it."""
    return SHOWN.get(word, word.capitalize())


def _widgets(wanted: Sequence[tuple[Field[Any], Setting]], disabled: bool) -> dict[str, Any]:
    return {field.name: _widget(field, about, disabled) for field, about in wanted}


def _widget(field: Field[Any], about: Setting, disabled: bool) -> Any:
    name, domain, default = field.name, about.domain, cast(Any, field.default)
    common: dict[str, Any] = {"key": name, "bind": "query-params", "disabled": disabled}
    if isinstance(domain, Choice):
        options = list(domain.options)
        meanings = "\n".join(f"- **{word}**: {meaning}" for word, meaning in domain.options.items())
        return st.selectbox(
            about.label,
            options,
            index=options.index(default),
            help=f"{about.help}\n{meanings}",
            format_func=shown,
            **common,
        )
    if isinstance(domain, Integer) and not domain.optional:
        return st.number_input(about.label, domain.minimum, domain.maximum, default, help=about.help, **common)
    if isinstance(domain, Real):
        return st.number_input(
            about.label,
            domain.minimum,
            domain.maximum,
            default,
            STEPS[name],
            FORMATS.get(name, "%.2f"),
            help=about.help,
            **common,
        )
    # What has no widget of its own is written as on the command line.
    text = st.text_input(about.label, written(default), help=f"{about.help} {str(domain).capitalize()}.", **common)
    try:
        return domain.parse(text)
    except ValueError:
        raise ValueError(f"{about.label} is {text}; it must be {domain}.") from None
