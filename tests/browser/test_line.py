"""Two visitors want to train: one waits in line."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screen import button, choose, shows

pytestmark = pytest.mark.browser


def wants(page):
    """Press Start, for a run on synthetic digits: they need no download."""
    shows(page, "Train")
    choose(page, "Data set", re.compile("synthetic", re.IGNORECASE))
    button(page, "Start training").click()


def test_the_second_visitor_waits_in_line_until_the_first_stops(server, visitor):
    first, second = (visitor(f"{server.url}train?batch_size=1024&epochs={epochs}") for epochs in (100, 2))
    wants(first)
    expect(first.get_by_text("Epoch 1 of 100")).to_be_visible()
    wants(second)
    expect(second.get_by_text("Run 1 is in line: place 1. It begins in")).to_be_visible()
    button(first, "Stop").click()
    expect(first.get_by_text("Stopped:")).to_be_visible()
    expect(second.get_by_text("Epoch 1 of 2")).to_be_visible()
    button(second, "Stop").click()
    expect(second.get_by_text("Stopped:")).to_be_visible()
