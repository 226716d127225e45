"""A link to the Train page brings every setting along."""

import pytest
from streamlit.testing.v1 import AppTest

from cae.config import ModelConfig, TrainConfig
from cae.config.settings import settings
from cae.ui.parts.links import address

UNUSUAL = TrainConfig(
    ModelConfig((8, 4, 2), 3, "transpose"),
    "synthetic",
    7,
    64,
    1 / 3,
    schedule="constant",
    warp=0.75,
    corruption="gaussian",
    strength=0.15,
    seed=2**31 - 1,
)


def sidebar():
    import streamlit as st

    from cae.ui.parts.settings_widgets import train_config

    st.session_state["config"] = train_config()


@pytest.mark.parametrize("config", [TrainConfig(), UNUSUAL], ids=["usual", "unusual"])
def test_the_train_page_reads_in_its_address_what_was_written_there(config):
    page = AppTest.from_function(sidebar, default_timeout=30)
    for name, value in address(config).items():
        page.query_params[name] = value
    assert page.run().session_state["config"] == config


def test_what_is_usual_is_in_the_address_as_well():
    assert set(address(TrainConfig())) == {
        field.name for part in (TrainConfig, ModelConfig) for field, _ in settings(part)
    }
