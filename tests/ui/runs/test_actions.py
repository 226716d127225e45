"""Actions on runs: an uploaded file is judged by its content, and a mistake loses nothing."""

import pickle
import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cae.config import ModelConfig, TrainConfig
from cae.model import ConvAutoencoder
from cae.runs import checkpoint
from cae.runs.run import Run
from cae.ui.runs import actions
from cae.ui.visitor import services

CONFIG = Path(__file__).parents[3] / ".streamlit" / "config.toml"


def page():
    import streamlit as st

    from cae.ui.runs import actions
    from cae.ui.visitor import session

    actions.clear_messages()
    for place, run in enumerate(session.runs()[::-1]):
        actions.offer_undo(place)
        key = f"name-{run.name}"
        st.text_input("Name", run.title, key=key, on_change=actions.rename, args=[run, key])
        st.caption(actions.refused_name(run))
        st.button("Remove", key=f"remove-{run.name}", on_click=actions.remove, args=[run, place])
    actions.offer_undo(len(session.runs()))
    actions.upload()


@pytest.fixture
def visit(monkeypatch):
    """The page of a new visitor."""
    services.run_store.cache_clear()
    yield AppTest.from_function(page, default_timeout=30).run()
    services.run_store.cache_clear()


def network(name="my-net"):
    model = ConvAutoencoder(ModelConfig(channels=(2,)))
    weights = {name: value.numpy() for name, value in model.state_dict().items()}
    return Run(TrainConfig(model=model.config), name=name, weights=weights, ending="complete")


def brings(visit, content, name="run.safetensors"):
    visit.file_uploader[0].upload(name, content)
    return visit.run()


def names(visit):
    return [one.value for one in visit.text_input]


def kept_runs(visit):
    return services.run_store().of(visit.session_state["visitor"])


def test_a_file_is_kept_under_its_own_name(visit):
    run = network()
    brings(visit, checkpoint.dump(run), "whatever.txt")
    assert not visit.exception
    assert visit.success[0].value == "My net is among your runs."
    assert names(visit) == ["My net"]
    assert kept_runs(visit)[0].digest == run.digest


def test_the_same_file_can_come_again_and_gets_another_name(visit):
    for _ in range(2):
        brings(visit, checkpoint.dump(network()))
        assert not visit.file_uploader[0].value
    assert names(visit) == ["My net (2)", "My net"]


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", pickle.dumps({"a": 1}), checkpoint.dump(network())[:-1], b"\xff" * 100],
    ids=["empty", "text", "pickle", "cut short", "noise"],
)
def test_what_is_no_network_is_refused_in_a_sentence_and_nothing_is_lost(visit, content):
    brings(visit, checkpoint.dump(network()))
    brings(visit, content)
    assert not visit.exception
    (error,) = visit.error
    assert error.value.endswith(".") and "\n" not in error.value
    assert not visit.success
    assert names(visit) == ["My net"]


def test_no_file_can_hide_a_network_that_comes_with_the_program(visit):
    brings(visit, checkpoint.dump(network("classic")))
    assert names(visit) == ["Classic (2)"]


def test_a_run_is_called_as_its_visitor_likes(visit):
    brings(visit, checkpoint.dump(network()))
    visit.text_input[0].set_value("the best").run()
    assert names(visit) == ["The best"]


def test_a_name_that_cannot_be_is_refused_in_a_sentence(visit):
    brings(visit, checkpoint.dump(network()))
    visit.text_input[0].set_value("<>").run()
    assert visit.caption[0].value == "A name needs a letter or a digit."
    assert [run.name for run in kept_runs(visit)] == ["my-net"]
    visit.text_input[0].set_value("other").run()
    assert visit.caption[0].value == ""


def test_what_was_removed_can_be_put_back(visit):
    for name in ("one", "two", "three"):
        brings(visit, checkpoint.dump(network(name)))
    visit.button(key="remove-two").click().run()
    assert visit.info[0].value == "Two is removed."
    assert sorted(names(visit)) == ["One", "Three"]
    next(one for one in visit.button if one.label == "Undo").click().run()
    assert sorted(names(visit)) == ["One", "Three", "Two"]
    assert not visit.info


def test_streamlit_lets_as_much_through_as_a_network_may_be_large():
    allowed = tomllib.loads(CONFIG.read_text())["server"]["maxUploadSize"]
    assert allowed == actions.MEGABYTES
    assert allowed * 2**20 >= checkpoint.MAX_BYTES
