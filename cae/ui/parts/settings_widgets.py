"""The sidebar's widgets, derived from the config dataclasses: one for each setting, its value kept in the address."""

from __future__ import annotations

import math
from dataclasses import Field
from typing import Any

import streamlit as st

from cae.config import ModelConfig, TrainConfig
from cae.config.settings import Choice, Integer, Real, Setting, settings, written
from cae.ui.visitor import session

__all__ = ["model_config", "train_config"]

FOLDED = ("pooling", "dense", "activation", "refine", "batch_size", "schedule", "warp", "noise", "seed")
STEPS = {"learning_rate": 1e-3, "warp": 0.25, "noise": 0.05}


def train_config() -> TrainConfig:
    """The run that the sidebar describes. Raises ``ValueError`` with a sentence for settings that do not fit."""
    both = [*settings(TrainConfig), *settings(ModelConfig)]
    if session.just_arrived("settings"):
        # An address that says the default is nothing new to Streamlit, which would go on with what it remembers.
        for field, _ in both:
            if field.name in st.query_params:
                st.session_state.pop(field.name, None)
    with st.sidebar:
        values = {field.name: _kept(field, about) for field, about in both if field.name not in FOLDED}
        with st.expander("More settings"):
            values |= {field.name: _kept(field, about) for field, about in both if field.name in FOLDED}
    # Only now, with every widget on the page, may a mistake be raised: a widget that is left out is forgotten.
    parsed = {field.name: _parsed(values[field.name], about) for field, about in both}
    model = {field.name: parsed.pop(field.name) for field, _ in settings(ModelConfig)}
    return TrainConfig(model=ModelConfig(**model), **parsed)


def model_config(start: ModelConfig, key: str) -> ModelConfig:
    """A network's shape, which begins as ``start``. Raises ``ValueError`` with a sentence for what does not fit.

    ``key`` sets these widgets apart from the others of their kind; they are not kept in the address.
    """
    both = [*settings(ModelConfig)]
    values = {
        field.name: _widget(field, about, getattr(start, field.name), key=f"{key}-{field.name}")
        for field, about in both
    }
    return ModelConfig(**{field.name: _parsed(values[field.name], about) for field, about in both})


def _kept(field: Field[Any], about: Setting) -> Any:
    """A widget whose value is kept in the address."""
    return _widget(field, about, field.default, key=field.name, bind="query-params")


def _widget(field: Field[Any], about: Setting, default: Any, **common: Any) -> Any:
    """The setting's widget; returns its value, as text where the domain has no widget of its own."""
    name, domain = field.name, about.domain
    if isinstance(domain, Choice):
        options = list(domain.options)
        meanings = "\n".join(f"- **{word}**: {meaning}" for word, meaning in domain.options.items())
        about_all = f"{about.help}\n{meanings}"
        return st.selectbox(about.label, options, index=options.index(default), help=about_all, **common)
    if isinstance(domain, Integer) and not domain.optional:
        # Streamlit 1.67 fails on an address that has an infinity for a whole number: such a one is taken out of it.
        infinite = _is_infinite(st.query_params.get(name, ""))
        if infinite:
            common.pop("bind", None)
        number = st.number_input(about.label, domain.minimum, domain.maximum, default, help=about.help, **common)
        if infinite:
            st.query_params.pop(name, None)
        return number
    if isinstance(domain, Real):
        common |= {"step": STEPS[name], "format": "%g", "help": about.help}
        return st.number_input(about.label, domain.minimum, domain.maximum, default, **common)
    help_too = f"{about.help} {str(domain).capitalize()}."
    return st.text_input(about.label, written(default), help=help_too, **common)


def _is_infinite(text: str) -> bool:
    try:
        return math.isinf(float(text))
    except ValueError:
        return False


def _parsed(value: Any, about: Setting) -> Any:
    return about.parse(value, about.label) if isinstance(value, str) else value
