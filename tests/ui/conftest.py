"""What tests of whole pages share."""

from functools import cache

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from cae.ui.networks import shipped
from cae.ui.parts import test_set
from tests.ui.visiting import silent


@pytest.fixture(autouse=True, scope="session")
def scanned_once():
    """Each AppTest run looks for components in all installed packages, as a server does once. What is there stays."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture
def test(few_digits, tmp_path, monkeypatch):
    """The test set of the synthetic digits, on a machine without any data."""
    monkeypatch.setenv("CAE_DATA_DIR", str(tmp_path))
    test_set.forget("synthetic")
    yield test_set.load("synthetic", silent)
    test_set.forget("synthetic")


@pytest.fixture
def visit(few_digits, monkeypatch, request):
    """A function: the shipped networks → the module's ``PAGE``, run once."""
    st.cache_resource.clear()

    def visit(*runs):
        monkeypatch.setattr(shipped, "shipped", lambda: {run.name: run for run in runs})
        return AppTest.from_file(request.module.PAGE, default_timeout=60).run()

    yield visit
    st.cache_resource.clear()
