"""The scripts that measure the app, with a handful of visits and strokes."""

import pytest

from tests.browser.screen import TITLES
from tests.browser.stage import forgetful_app
from tests.latency import CONDITIONS, PARTS, measure, report
from tests.load import measure as measure_load
from tests.soak import soak
from tests.waits import cold_starts, eraser_moves, map_moves
from tests.waits import measure as measure_waits

pytestmark = pytest.mark.browser
FOLLOWED = ("pointer over the map", "eraser over a damaged digit")
SMALL = "channels=2&batch_size=1024&epochs=100"  # a run that leaves the processors to the other tests


@pytest.fixture(scope="module")
def app():
    """A server of its own: the shared one trains for visitors who have just left."""
    with forgetful_app() as server:
        yield server


def test_threads_and_files_return_when_visitors_have_left(browser, app):
    found = soak(browser, app, visits=1, warm_up=1)
    assert found["complaints"] == []
    assert found["visits"] == found["after"]["visits"] == 1
    assert found["growth"] == {"app": None, "worker": None}  # too few visits to say
    for moment in ("before", "after"):
        for process in ("app", "worker"):
            holding = found[moment][process]
            assert holding.keys() == {"memory", "threads", "files", "sockets"}
            assert holding["memory"] > 100_000
            assert 0 <= holding["sockets"] < holding["files"]
        assert found[moment]["children"] == 1


def test_what_a_visitor_waits_for_is_timed(browser, app):
    found = cold_starts(browser, rounds=1) | measure_waits(browser, app, 1, SMALL, warm_up=0)
    found |= map_moves(browser, app, 2) | eraser_moves(browser, app, 2)
    assert found["page change"]["n"] == len(TITLES)
    for wait in ("cold start", "page change", "Start to first point", *FOLLOWED):
        assert 0 < found[wait]["p50"] <= found[wait]["p95"] <= found[wait]["max"]
    for when in ("at rest", "training"):
        assert found["memory_mb"][when].keys() == {"app", "worker"}
        assert min(found["memory_mb"][when].values()) > 100


def test_a_stroke_is_timed_and_its_parts_add_up(browser, app):
    found = report(*measure(browser, app, strokes=1, settings=SMALL))
    for condition in CONDITIONS:
        assert found[condition]["n"] == 1
        for wait in (found[condition], found["moves"][condition]):
            assert 0 < wait["p50"] == wait["p95"] == wait["max"]
        parts = found["parts"][condition]
        assert parts.keys() == set(PARTS)
        assert sum(part["p50"] for part in parts.values()) == pytest.approx(found[condition]["p50"], abs=0.5)
    assert found["ratio"]["p50"] == pytest.approx(found["training"]["p50"] / found["idle"]["p50"], abs=0.01)


def test_many_visitors_draw_and_none_is_lost(browser, app):
    found = measure_load(browser, app, [3], seconds=5, settings=SMALL)
    for condition in CONDITIONS:
        each = found[condition][3]
        assert each["lost"] == 0, each["errors"]
        assert 3 <= each["answers"]["n"] <= 3 * 5
        assert 0 < each["answers"]["p50"] <= each["answers"]["p95"] <= each["answers"]["p99"] <= each["answers"]["max"]
        assert each["pages"]["n"] == 3
        assert min(each["memory_mb"].values()) > 100
