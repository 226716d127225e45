"""A closed page loses its place in the queue; a short disconnection does not."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screen import button, shows, visit

pytestmark = pytest.mark.browser
LONG = "train?batch_size=1024&dataset=synthetic&epochs=100"


class Connection:
    """Between a page that has yet to be opened and the server."""

    def __init__(self, page):
        page.route_web_socket(re.compile("/_stcore/stream"), self._open)

    def _open(self, here):
        self._ends = (here, here.connect_to_server())

    def cut(self):
        """The tab stays, and connects anew."""
        for end in self._ends:
            end.close(code=1001)


def starts(page):
    shows(page, "Train")
    button(page, "Start training").click()


def waits(page, place):
    expect(page.get_by_text(f"is in line: place {place}.")).to_be_visible()


def test_a_closed_tab_leaves_the_line_and_a_cut_connection_does_not(server, visitor):
    first, leaves = (visitor(server.url + LONG) for _ in range(2))
    stays = visitor("about:blank")
    connection = Connection(stays)
    stays.goto(server.url + LONG)
    starts(first)
    expect(button(first, re.compile("^Stop"))).to_be_enabled()  # its run is the first, however slow its page was
    for place, page in enumerate((leaves, stays), start=1):
        starts(page)
        waits(page, place)
    visit(stays, "Draw")  # where nothing on the page asks the server for anything
    connection.cut()
    leaves.close()
    visit(stays, "Train")
    waits(stays, 1)
    for page in (stays, first):
        button(page, re.compile("^(Cancel|Stop)")).click()
        expect(button(page, "Start training")).to_be_enabled()
