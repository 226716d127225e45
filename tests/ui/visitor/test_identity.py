"""Which replies of a tab are accepted as its identity."""

import sys

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cae.config import TrainConfig
from cae.jobs import TrainingService
from cae.ui.visitor import identity

KEPT = "0123456789abcdef" * 2
NO_IDENTITIES = [
    "",
    "<script>alert(1)</script>",
    "a" * 10_000,
    KEPT[:-1],
    KEPT.upper(),
    f"{KEPT}\n",
    "g" * 32,
    "٣" * 32,
    int(KEPT, 16),
    list(KEPT),
    {"kept": KEPT},
    True,
    None,
]


@pytest.fixture
def service(monkeypatch):
    """A training service whose worker never says a word."""
    service = TrainingService(program=[sys.executable, "-c", "import sys; sys.stdin.read()"])
    monkeypatch.setattr(identity, "training", lambda: service)
    yield service
    service.close()


def page():
    import streamlit as st

    from cae.ui.visitor.identity import visitor

    st.text(visitor())


def tab():
    """A new session, as a function: what its tab says → who its visitor is."""
    test = AppTest.from_function(page, default_timeout=30)

    def visitor(**words):
        test.session_state[identity.TAB] = words
        test.run()
        assert not test.exception
        return test.text[0].value

    return visitor


def test_a_new_visitor_is_like_no_other_and_stays_it():
    one, other = tab(), tab()
    first = one()
    assert identity.KEPT.fullmatch(first)
    assert one() == one(kept=first) == first != other()


@pytest.mark.parametrize("words", NO_IDENTITIES, ids=lambda words: f"{type(words).__name__} {str(words)[:12]}")
def test_what_is_no_identity_is_ignored(words):
    visitor = tab()
    assert visitor(kept=words) == visitor()


def test_who_comes_back_is_who_they_were_and_stays_it(service):
    visitor = tab()
    assert visitor() != KEPT
    assert visitor(kept=KEPT) == visitor() == visitor(kept="nobody") == KEPT


def test_a_run_ordered_before_the_tab_has_spoken_is_cancelled(service):
    nothing = np.empty((0, 28, 28), np.uint8)
    service.submit("somebody else", TrainConfig(), nothing)
    visitor = tab()
    service.submit(visitor(), TrainConfig(), nothing)
    service.submit(KEPT, TrainConfig(), nothing)
    assert visitor(kept=KEPT) == KEPT
    assert [job.owner for job in service.of(KEPT)] == [KEPT]
    assert service.counts() == (1, 1, 0)
