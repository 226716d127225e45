"""Strokes that the browser reports: what the route takes, answers and refuses."""

import gc
import json

import pytest

from cae.drawing.drawing import Drawing, drawn_path
from cae.ui.parts.stroke_events import LARGEST, STROKES_ROUTE
from cae.ui.visitor.sketch import Sketch, find
from tests.ui.asking import request

ONE = {"width": 20, "points": [[10, 10], [10, 200]]}
OTHER = {"width": 8, "points": [[5, 5]]}


@pytest.fixture
def sketch():
    sketch = Sketch(Drawing((drawn_path([[1, 1], [2, 2]], 20),), version=3, from_example=True))
    sketch.answer = lambda drawing: f"{len(drawing.objects)} strokes"
    return sketch


def report(sketch, *strokes, version=3, prefix="/"):
    body = json.dumps({"version": version, "strokes": strokes}).encode()
    status, _, answer = request([STROKES_ROUTE], f"{prefix}strokes/{sketch.token}", body)
    return status, json.loads(answer) if status == 200 else answer.decode()


def test_strokes_are_taken_and_answered_under_any_base_path(sketch):
    assert report(sketch, ONE) == (200, {"version": 3, "count": 1, "html": "2 strokes"})
    assert report(sketch, ONE, OTHER, prefix="/lab/cae/") == (200, {"version": 3, "count": 2, "html": "3 strokes"})
    assert sketch.drawing.drawn == tuple(drawn_path(one["points"], one["width"]) for one in (ONE, OTHER))


def test_a_report_that_comes_late_takes_no_stroke_away(sketch):
    report(sketch, ONE, OTHER)
    assert report(sketch, ONE)[1]["count"] == 2
    assert len(sketch.drawing.drawn) == 2


def test_strokes_on_a_drawing_that_is_no_longer_there_do_not_count(sketch):
    sketch.replace(())
    status, words = report(sketch, ONE)
    assert (status, words) == (409, "These strokes are not on the canvas.")
    assert sketch.drawing.objects == ()


def test_undo_takes_the_last_stroke_and_what_is_left_is_a_new_version(sketch):
    report(sketch, ONE, OTHER)
    sketch.undo()
    assert sketch.drawing.objects[1:] == (drawn_path(ONE["points"], ONE["width"]),)
    assert report(sketch, ONE)[0] == 409
    assert report(sketch, OTHER, version=4)[1]["count"] == 1


def test_before_the_networks_are_loaded_a_stroke_is_kept_without_an_answer(sketch):
    sketch.answer = None
    assert report(sketch, ONE) == (200, {"version": 3, "count": 1, "html": None})
    assert len(sketch.drawing.drawn) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"\xff\xfe",
        b"null",
        b"[]",
        b'{"strokes": []}',
        b'{"version": 3}',
        b'{"version": 3, "strokes": 1}',
        b'{"version": 3, "strokes": [{}]}',
        b'{"version": 3, "strokes": [{"points": [], "width": 20}]}',
        b'{"version": 3, "strokes": [{"points": [[1]], "width": 20}]}',
        b'{"version": 3, "strokes": [{"points": [[1, 2]], "width": null}]}',
        b'{"version": 3, "strokes": [{"points": [[1, NaN]], "width": 20}]}',
        b'{"version": 3, "strokes": [{"points": [[1, 1e999]], "width": 20}]}',
        b'{"version": 3, "strokes": [{"points": [[1, "a"]], "width": 20}]}',
        b'{"version": 3, "strokes": [{"points": [[1, ' + b"9" * 400 + b']], "width": 20}]}',
        b'{"version": "3", "strokes": [{"points": [[1, 1]], "width": 20}]}',
    ],
    ids=lambda body: body[:60].decode("latin-1"),
)
def test_what_is_not_a_report_is_refused_in_a_sentence_and_changes_nothing(sketch, body):
    before = sketch.drawing
    status, _, words = request([STROKES_ROUTE], f"/strokes/{sketch.token}", body)
    assert (status, words) == (409, b"These strokes are not on the canvas.")
    assert sketch.drawing is before


def test_a_report_that_is_too_large_is_refused(sketch):
    status, _, words = request([STROKES_ROUTE], f"/strokes/{sketch.token}", b" " * (LARGEST + 1))
    assert (status, words) == (413, b"This drawing is too large. Clear the canvas.")


def test_a_sketch_is_found_by_its_token_alone_and_goes_with_its_visitor(sketch):
    other = Sketch(Drawing(()))
    assert find(sketch.token) is sketch
    assert find(other.token) is other
    assert find("") is None
    token = other.token
    del other
    gc.collect()
    assert find(token) is None
    status, _, words = request([STROKES_ROUTE], f"/strokes/{token}", b"{}")
    assert (status, words) == (404, b"This canvas is no longer here. Reload the page.")
