"""The conclusions of the soak test from its readings."""

from dataclasses import replace

import pytest

from tests.soak import BOUND, POLLERS, SETTLED, Holding, Reading, grown, slope

BEFORE = Reading(0, Holding(600_000, 9, 13, 6), Holding(900_000, 5, 4, 0), 1)


def test_what_is_as_before_or_less_is_no_complaint():
    assert list(BEFORE.kept(BEFORE)) == []
    assert list(replace(BEFORE, app=replace(BEFORE.app, threads=8, files=12)).kept(BEFORE)) == []


@pytest.mark.parametrize(
    ("name", "what", "excused"),
    [("app", "threads", POLLERS), ("app", "files", 0), ("worker", "threads", 0), ("worker", "files", 0)],
)
def test_one_thread_or_file_that_stays_is_a_complaint(name, what, excused):
    holding = getattr(BEFORE, name)

    def more(number):
        return replace(BEFORE, **{name: replace(holding, **{what: getattr(holding, what) + number})})

    assert list(more(excused).kept(BEFORE)) == []
    (complaint,) = more(excused + 1).kept(BEFORE)
    assert name in complaint
    assert f"{excused + 1} {what} more" in complaint


def readings(kilobytes):
    return [replace(BEFORE, visits=n, app=replace(BEFORE.app, memory=kilobytes(n))) for n in range(0, 201, 20)]


def test_growth_is_fitted_once_the_app_has_settled():
    warming = readings(lambda n: 600_000 + 1000 * min(n, SETTLED) + 7 * n)
    assert slope(warming, "app") == 7
    assert slope(warming[:3], "app") is None


def test_growth_beyond_the_bound_is_a_complaint():
    assert list(grown({"app": BOUND, "worker": None})) == []
    (complaint,) = grown({"app": BOUND + 1, "worker": -5.0})
    assert "app" in complaint
