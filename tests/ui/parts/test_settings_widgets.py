"""The sidebar describes a run: every setting has a widget, and a mistake has a sentence."""

from dataclasses import fields

import pytest
from streamlit.testing.v1 import AppTest

from cae.config import ModelConfig, TrainConfig
from cae.config.settings import settings


def sidebar():
    import streamlit as st

    from cae.ui.parts.settings_widgets import train_config

    try:
        st.session_state["config"] = train_config()
    except ValueError as mistake:
        st.error(str(mistake))


def app(**query):
    test = AppTest.from_function(sidebar, default_timeout=30)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def widgets(test):
    return [*test.selectbox, *test.number_input, *test.text_input, *test.slider]


@pytest.fixture(scope="module")
def untouched():
    """What each setting's widget says when nobody has touched it."""
    return {widget.key: widget.value for widget in widgets(app())}


def test_untouched_widgets_give_the_default_run():
    assert app().session_state["config"] == TrainConfig()


def test_every_setting_has_a_labelled_widget_with_an_explanation():
    labels = {widget.label: widget.help for widget in widgets(app())}
    for config in (TrainConfig, ModelConfig):
        for _, about in settings(config):
            assert about.help in labels[about.label]
    both = {field.name for config in (TrainConfig, ModelConfig) for field in fields(config)}
    assert len(labels) == len(both - {"model", "picture"})  # a picture has the shape that its data set gives it


def test_the_address_carries_the_settings():
    config = app(channels="8,4", code_size="2", unpooling="transpose", epochs="3", learning_rate="0.01").session_state[
        "config"
    ]
    assert config == TrainConfig(model=ModelConfig((8, 4), 2, "transpose"), epochs=3, learning_rate=0.01)


def test_an_impossible_value_in_the_address_is_left_out():
    config = app(learning_rate="1e6", epochs="0").session_state["config"]
    assert config == TrainConfig()


HOSTILE = ["abc", "-1", "1e10", "inf", "-inf", "1e999", "nan", "9" * 5000, "1," * 3000, "\0", "a\nb", "<b>😀</b>"]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:9]))
def test_a_hostile_address_is_left_out_or_refused_in_a_sentence(untouched, text):
    test = app(**dict.fromkeys(untouched, text))
    typed = {widget.key: text for widget in test.text_input}
    assert {widget.key: widget.value for widget in widgets(test)} == untouched | typed
    assert test.query_params == typed
    assert not test.exception
    for widget in test.text_input:
        (error,) = app(**{widget.key: text}).error
        assert error.value.lower().replace("_", " ").startswith(f"{widget.label.lower()} is ")
        assert error.value.isprintable() and len(error.value) < 160


def test_an_empty_address_is_no_number_and_no_channels(untouched):
    test = app(**dict.fromkeys(untouched, ""))
    assert not test.exception
    assert test.error[0].value.startswith("Channels is empty;")
    test.text_input(key="channels").set_value("8").run()
    assert test.session_state["config"] == TrainConfig(model=ModelConfig((8,)))


def test_a_number_that_the_address_had_wrong_can_be_chosen():
    test = app(epochs="inf")
    test.number_input(key="epochs").set_value(7).run()
    assert test.session_state["config"] == TrainConfig(epochs=7)


def test_a_mistake_is_one_sentence_that_says_what_is_allowed():
    test = app(channels="banana")
    (error,) = test.error
    assert error.value.startswith("Channels is banana; it must be one to 4 whole numbers")
    assert "config" not in test.session_state


def test_a_mistake_leaves_every_other_setting_as_it_was():
    test = app(channels="banana", seed="7")
    test.text_input(key="channels").set_value("8").run()
    assert test.session_state["config"] == TrainConfig(model=ModelConfig((8,)), seed=7)
