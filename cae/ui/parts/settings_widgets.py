"""Sidebar widgets for the settings, derived from the config dataclasses. Their values are kept in the address."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import Field, replace
from typing import Any

import streamlit as st

from cae import registry
from cae.config import ModelConfig, TrainConfig, without_noise
from cae.config.settings import Choice, Integer, Real, Setting, setting_of, settings, written
from cae.environment import environment
from cae.registry import OWN
from cae.ui.visitor import session

__all__ = ["model_config", "train_config"]

FOLDED = (
    *("pooling", "dense", "residual", "blocks", "activation", "refine", "beta"),
    *("batch_size", "schedule", "optimizer", "warp", "corruption", "strength", "seed"),
)
STEPS = {"learning_rate": 1e-3, "warp": 0.25, "strength": 0.05, "beta": 0.25}


def train_config() -> TrainConfig:
    """The config that the sidebar's widgets describe.

    Raises:
        ValueError: with a sentence for the visitor, if the settings do not fit together.
    """
    both = [*settings(TrainConfig), *settings(ModelConfig)]
    set_here: set[str] = set()
    if session.just_arrived("settings"):
        # Streamlit ignores a value in the address that equals the default, and would keep the last one.
        for field, _ in both:
            if field.name in st.query_params:
                st.session_state.pop(field.name, None)
        set_here = _take_noise_from_address()
    with st.sidebar:
        values = {field.name: _kept(field, about, set_here) for field, about in both if field.name not in FOLDED}
        with st.expander("More settings"):
            values |= {field.name: _kept(field, about, set_here) for field, about in both if field.name in FOLDED}
    # Raise only after all widgets are on the page: Streamlit drops the value of a widget that is not rendered.
    parsed = {field.name: _parsed(values[field.name], about) for field, about in both}
    model = {field.name: parsed.pop(field.name) for field, _ in settings(ModelConfig)}
    return TrainConfig(model=ModelConfig(**model), **parsed)


def model_config(start: ModelConfig, key: str) -> ModelConfig:
    """Widgets for a network's shape, starting from ``start``, for the same pictures. They are not kept in the address.

    Args:
        key: prefix of the widgets' keys.

    Raises:
        ValueError: with a sentence for the visitor, if the settings do not fit together.
    """
    both = [*settings(ModelConfig)]
    values = {
        field.name: _widget(field, about, getattr(start, field.name), key=f"{key}-{field.name}")
        for field, about in both
    }
    return replace(start, **{field.name: _parsed(values[field.name], about) for field, about in both})


def _take_noise_from_address() -> set[str]:
    """Links of earlier versions have ``noise``. A number that it does not allow is left out, like any other.

    Returns the names of the widgets that were set.
    """
    strength = setting_of(TrainConfig, "strength")
    asked = st.query_params.pop("noise", None)
    try:
        config = TrainConfig(**without_noise({"noise": strength.parse(asked or "", "noise")}))
    except ValueError:
        return set()
    names = {"corruption", "strength"} - set(st.query_params)
    for name in names:
        st.session_state[name] = getattr(config, name)
        st.query_params[name] = written(getattr(config, name))
    return names


def _kept(field: Field[Any], about: Setting, set_here: Collection[str]) -> Any:
    """A widget for this setting, bound to the address."""
    # Streamlit warns of a number that has a default and was set as well.
    is_number = isinstance(about.domain, Real)
    default = "min" if is_number and field.name in set_here else field.default
    return _widget(field, about, default, key=field.name, bind="query-params")


def _widget(field: Field[Any], about: Setting, default: Any, **common: Any) -> Any:
    """Show the setting's widget and return its value: text, if the domain has no widget of its own."""
    name, domain = field.name, about.domain
    if isinstance(domain, Choice):
        options = [*domain.options, *([OWN] if domain.prefix and environment().uploads else [])]
        meanings = "\n".join(f"- **{word}**: {meaning}" for word, meaning in domain.options.items())
        about_all = f"{about.help}\n{meanings}"
        return st.selectbox(
            about.label, options, index=options.index(default), help=about_all, format_func=_called, **common
        )
    if isinstance(domain, Integer) and not domain.optional:
        # Streamlit 1.67 fails on an address with an infinity for a whole number, so it is removed from the address.
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


def _called(option: str) -> str:
    """An option as the select box and the address show it."""
    return registry.option(OWN) if option == OWN else option


def _is_infinite(text: str) -> bool:
    try:
        return math.isinf(float(text))
    except ValueError:
        return False


def _parsed(value: Any, about: Setting) -> Any:
    return about.parse(value, about.label) if isinstance(value, str) else value
