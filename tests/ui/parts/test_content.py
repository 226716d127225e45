"""Files from memory: made once, addressed by their content, compressed, kept by the browser."""

import gzip

from cae.ui.parts.content import CONTENT_ROUTE, KEPT, content
from tests.ui.asking import request


def fetch(path):
    return request([CONTENT_ROUTE], path)


def test_a_file_is_made_once_and_served_under_any_base_path():
    made = []
    address = content("a file", "txt", lambda: made.append(1) or b"words " * 100)
    assert content("a file", "txt", lambda: made.append(2) or b"other words") == address
    assert made == [1]
    for prefix in ("/", "/lab/cae/"):
        status, headers, body = fetch(prefix + address)
        assert (status, gzip.decompress(body)) == (200, b"words " * 100)
        assert headers["content-encoding"] == "gzip"
        assert "immutable" in headers["cache-control"]


def test_the_address_follows_the_content():
    same = [content(f"same {number}", "txt", lambda: b"one and the same") for number in range(2)]
    assert same[0] == same[1]
    assert content("another", "txt", lambda: b"another") != same[0]


def test_the_least_used_file_gives_way_and_is_made_anew():
    first = content("first", "txt", lambda: b"first of many")
    for number in range(KEPT):
        content(f"file {number}", "txt", str(number).encode)
    status, _, words = fetch(f"/{first}")
    assert (status, words) == (404, b"This file is no longer here. Reload the page.")
    assert content("first", "txt", lambda: b"first of many") == first
    assert fetch(f"/{first}")[0] == 200
