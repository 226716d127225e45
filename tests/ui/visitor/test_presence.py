"""Every session arrives and leaves alternately, and no visitor who has left is still counted."""

import pytest

from cae.ui.visitor import presence
from cae.ui.visitor.presence import Presence


@pytest.fixture
def connected():
    """The sessions that are connected now."""
    return set()


@pytest.fixture
def heard():
    """What the service heard: “+anna” for an arrival, “-anna” for a leave."""
    return []


@pytest.fixture
def there(connected, heard):
    return Presence(connected.__contains__, lambda who: heard.append(f"+{who}"), lambda who: heard.append(f"-{who}"))


def test_a_visit_is_counted_once_and_uncounted_when_the_connection_ends(there, connected, heard):
    connected.add("1")
    there.note("1", "anna")
    there.note("1", "anna")
    there.poll()
    assert heard == ["+anna"]
    connected.clear()
    there.poll()
    there.poll()
    assert heard == ["+anna", "-anna"]


def test_a_connection_that_comes_back_is_counted_though_no_script_runs(there, connected, heard):
    connected.add("1")
    there.note("1", "anna")
    connected.clear()
    there.poll()
    connected.add("1")
    there.poll()
    assert heard == ["+anna", "-anna", "+anna"]


def test_two_tabs_are_two_connections(there, connected, heard):
    connected.update("12")
    there.note("1", "anna")
    there.note("2", "anna")
    connected.remove("1")
    there.poll()
    assert heard == ["+anna", "+anna", "-anna"]


def test_who_turns_out_to_be_another_is_counted_as_that_one(there, connected, heard):
    connected.add("1")
    there.note("1", "nobody")
    there.note("1", "anna")
    connected.clear()
    there.poll()
    assert heard == ["+nobody", "+anna", "-nobody", "-anna"]


def test_a_script_that_outlives_its_connection_counts_for_nothing(there, heard):
    there.note("1", "anna")
    there.poll()
    assert heard == []


def test_sessions_long_gone_are_forgotten(there, connected, heard, monkeypatch):
    connected.add("1")
    there.note("1", "anna")
    connected.clear()
    there.poll()
    monkeypatch.setattr(presence, "FORGET", 0.0)
    there.poll()
    connected.add("1")
    there.poll()
    assert heard == ["+anna", "-anna"]
