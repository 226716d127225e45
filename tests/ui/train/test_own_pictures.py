"""A visitor's own pictures: uploaded, theirs alone, and gone when they are removed."""

from pathlib import Path

import pytest
import streamlit as st
import torch
from streamlit.testing.v1 import AppTest

from cae.data.datasets import Dataset, Split
from cae.registry import OWN, Shape
from cae.ui.train import own_pictures
from cae.ui.visitor.own_store import Own, OwnStore
from tests.hostile_archives import PICTURES, packed

PAGE = Path(__file__).parents[3] / "pages" / "train.py"


COLOUR = Shape(16, 3)


def some(shape=COLOUR, count=20, seed=0):
    chance = torch.Generator().manual_seed(seed)
    size = (count, shape.channels, shape.side, shape.side)
    split = Split(torch.randint(256, size, generator=chance, dtype=torch.uint8), torch.zeros(count, dtype=torch.long))
    return Own(Dataset(OWN, split, split[:5], split[:5], ("cats",)), "Twenty cats.")


# ---- the store


def test_a_visitor_has_the_pictures_that_they_uploaded_last():
    store, first, second = OwnStore(), some(), some()
    store.put("me", first)
    assert store.of("me") is first and store.of("you") is None
    store.put("me", second)
    store.put("you", first)
    assert store.of("me") is second and first.key != second.key
    store.forget("me")
    store.forget("me")
    assert store.of("me") is None and store.of("you") is first


def test_the_oldest_make_room_for_the_newest():
    one = some()
    store = OwnStore(max_bytes=2 * one.nbytes)
    for owner in ("a", "b", "c"):
        store.put(owner, some())
    assert [store.of(owner) is not None for owner in ("a", "b", "c")] == [False, True, True]
    store.put("huge", some(Shape(64, 3)))
    assert store.of("huge") is not None and store.of("c") is None


def test_they_have_a_shape_and_a_size():
    own = some(Shape(16, 3), 20)
    assert own.shape == Shape(16, 3) and own.nbytes == 30 * 3 * 16 * 16


# ---- the upload


def test_an_archive_is_read_and_told_of_in_words():
    dataset, told = own_pictures._read([("my *pets*.zip", packed(PICTURES))], Shape(16, 1), lambda share, words: None)
    assert dataset.name == OWN and dataset.shape == Shape(16, 1) and dataset.classes == ("cats",)
    whole = sum(len(part) for part in (dataset.train, dataset.validation, dataset.test))
    assert f"{whole} pictures**, 16×16 pixels in grey" in told
    assert "*pets*" not in told  # a file's name is no markup


def test_what_was_skipped_is_told():
    files = [(f"{at}.png", one.content) for at, one in enumerate(PICTURES)]
    _, told = own_pictures._read([*files, ("note.png", b"hello"), files[0]], Shape(16, 3), lambda share, words: None)
    assert "1 file was skipped" in told and "is not a picture that can be read" in told
    assert "Equal pictures count once: 1" in told


@pytest.fixture
def visit(few_digits, monkeypatch, tmp_path):
    """The Train page with own pictures as data set, and the store that it uses."""
    store = OwnStore()
    for module in ("cae.ui.visitor.pictures", "cae.ui.train.own_pictures"):
        monkeypatch.setattr(f"{module}.own_store", lambda: store)
    st.cache_resource.clear()

    def visit(own=None):
        page = AppTest.from_file(PAGE, default_timeout=60)
        page.session_state["visitor"] = "a" * 32
        if own:
            store.put("a" * 32, own)
        page.query_params["dataset"] = "own pictures"
        return page.run(), store

    yield visit
    st.cache_resource.clear()


def start(page):
    return next(one for one in page.button if one.key == "start")


def test_without_pictures_there_is_a_form_and_nothing_to_start(visit):
    page, _ = visit()
    assert not page.exception
    assert any("Your own pictures." in one.value for one in page.markdown)
    assert start(page).disabled
    page.button(key="FormSubmitter:own-0-Use these pictures").click().run()
    assert not page.exception
    assert any("No file was chosen" in one.value for one in page.warning)


def test_with_pictures_a_run_can_start_in_their_shape(visit):
    own = some(Shape(16, 3))
    page, store = visit(own)
    assert not page.exception
    assert any(one.value == "Twenty cats." for one in page.markdown)
    assert not start(page).disabled
    next(one for one in page.button if one.label == "Remove these pictures").click().run()
    assert store.of("a" * 32) is None and start(page).disabled
