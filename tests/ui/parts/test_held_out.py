"""Held-out pictures come in the shape of the network, or not at all."""

import numpy as np
import pytest
import streamlit as st
import torch

from cae.data.datasets import Dataset, Split
from cae.registry import OWN, Shape
from cae.ui.parts.examples import example_pictures
from cae.ui.parts.held_out import held_out, held_out_if_there
from cae.ui.visitor import pictures
from cae.ui.visitor.own_store import Own, OwnStore

SHAPE = Shape(16, 3)
SPLIT = Split(torch.randint(256, (12, 3, 16, 16), dtype=torch.uint8), torch.zeros(12, dtype=torch.long))


@pytest.fixture
def store(monkeypatch):
    st.cache_resource.clear()
    store = OwnStore()
    monkeypatch.setattr(pictures, "own_store", lambda: store)
    monkeypatch.setattr(pictures, "visitor", lambda: "me")
    return store


def test_own_pictures_are_there_in_their_own_shape_only(store):
    assert held_out_if_there(OWN, SHAPE) is None
    store.put("me", Own(Dataset(OWN, SPLIT, SPLIT, SPLIT, ("cats",)), "Twelve cats."))
    found = held_out_if_there(OWN, SHAPE)
    assert found.shape == (10, 16, 16, 3) and np.array_equal(found, SPLIT.images[:10].permute(0, 2, 3, 1))
    assert held_out_if_there(OWN, Shape(20, 3)) is None and held_out_if_there(OWN, Shape(16, 1)) is None
    store.forget("me")
    assert held_out_if_there(OWN, SHAPE) is None


def test_the_pictures_of_a_folder_are_never_there(store, tmp_path):
    assert held_out_if_there(f"folder:{tmp_path}", SHAPE) is None


def test_example_digits_stand_for_what_is_not_there(store, tmp_path, monkeypatch):
    monkeypatch.setenv("CAE_DATA_DIR", str(tmp_path))
    for name, shape in (("mnist", Shape()), ("cifar-10", Shape(32, 3)), (OWN, SHAPE)):
        assert np.array_equal(held_out(name, shape, 8), example_pictures(shape)[:8])
