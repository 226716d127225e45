"""A server that nobody has visited yet: whichever page is asked for first comes, in its frame."""

import os

import pytest

from tests.browser.screen import shows
from tests.browser.serving import serve

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", ["Train", "Runs", "Compare", "Switches", "Inside"])
def test_the_first_request_of_all_shows_its_page(name, visitor, no_network, tmp_path):
    with serve(tmp_path, os.environ.get("CAE_DATA_DIR") or tmp_path) as server:
        page = visitor(server.url + name.lower())
        shows(page, name)
        assert page.title().startswith(name)
        page.close()
