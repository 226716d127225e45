"""The first request to a new server shows the page that was asked for, in its frame."""

import os
from contextlib import closing

import pytest

from tests.browser.chromium import DESK, new_context
from tests.browser.screen import shows
from tests.browser.serving import serve

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", ["Train", "Compare"])
def test_the_first_request_of_all_shows_its_page(name, browser, no_network, tmp_path):
    # The visitor's connections end before the server: uvicorn overlooks one that is made just as it is told to end,
    # and a page that is closed while it loads makes some that it never uses.
    data = os.environ.get("CAE_DATA_DIR") or tmp_path
    with serve(tmp_path, data) as server, closing(new_context(browser, DESK)) as visitor:
        page, errors = visitor.new_page(), []
        page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
        page.goto(server.url + name.lower())
        shows(page, name)
        assert page.title().startswith(name)
    assert not errors, "\n".join(errors)
