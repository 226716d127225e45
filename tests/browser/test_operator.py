"""A server whose operator has switched uploads and training off, and has a password for the status page."""

import base64
import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.asking import ask
from tests.browser.screen import BACK, button, shows, tile, visit
from tests.browser.serving import serve

pytestmark = pytest.mark.browser
PASSWORD = "a-secret:of+the/operator"
PAGE = "/operator-status"


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    """The server; it has no data, and its pages ask for none."""
    folder = tmp_path_factory.mktemp("locked")
    with serve(
        folder,
        folder / "data",
        CAE_UPLOADS="off",
        CAE_TRAINING="off",
        CAE_STATUS_TOKEN=PASSWORD,
        CAE_FRAMED_BY="nobody",
    ) as server:
        yield server


def basic(password, user="anybody"):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def bearer(password):
    return {"Authorization": f"Bearer {password}"}


def test_visitors_can_draw_but_neither_upload_nor_train(locked, lasting):
    page = lasting(locked.url)
    shows(page, "Draw")
    expect(tile(page, BACK)).to_be_visible()
    expect(page.get_by_text("Draw a digit. A network")).to_be_visible()
    expect(page.get_by_text(re.compile("photo|camera|paste", re.IGNORECASE))).to_have_count(0)
    expect(page.locator("[class*=st-key-unseen-paste]")).to_have_count(0)

    visit(page, "Train")
    expect(page.get_by_test_id("stAlert")).to_have_text(
        "Training is switched off on this server: you can use the networks that are there."
    )
    page.wait_for_function("document.querySelector('.live-chart')?.data?.every((line) => line.x.length > 20)")
    for name in ("Start training", "Pause", "Stop"):
        expect(button(page, name)).to_have_count(0)
    expect(page.get_by_text("Which one made the difference? → Runs")).to_be_visible()

    visit(page, "Runs")
    expect(page.get_by_text("so you have no runs of your own.")).to_be_visible()
    expect(page.locator("input[type=file]")).to_have_count(0)
    for link in page.get_by_role("link").all():
        assert not re.search(r"^Train [^A-Z]*$|again", link.inner_text()), "a link offers training"
    assert not locked.workers()


def test_the_server_refuses_a_file_that_no_page_offers_to_take(locked):
    """Whatever session and token it names: the answer comes before they are looked at."""
    for path in ("/_stcore/upload_file/session/file", "/any/_stcore/upload_file/session/file"):
        status, _, body = ask(locked, path, "PUT", {"Content-Type": "multipart/form-data"}, b"x" * 1000)
        assert (status, body.decode()) == (403, "Uploads are switched off on this server.")


def test_the_status_page_is_for_the_operator_alone(locked, lasting, contexts):
    for headers in (
        {},
        basic(""),
        basic(PASSWORD[:-1]),
        bearer(PASSWORD + "x"),
        bearer("é"),
        {"Authorization": "Basic %"},
    ):
        status, told, body = ask(locked, PAGE, headers=headers)
        assert (status, body) == (401, b"This page needs the operator's password."), headers
        assert told["www-authenticate"].startswith("Basic ")
    assert ask(locked, f"{PAGE}?token={PASSWORD}")[0] == 401  # a password in an address ends in logs and histories
    page = lasting(locked.url)
    for link in page.get_by_role("link").all():
        assert "status" not in (link.get_attribute("href") or "")
    assert PASSWORD not in locked.log.read_text()


def test_the_status_page_tells_a_machine(locked, lasting):
    lasting(locked.url)
    status, told, body = ask(locked, PAGE, headers=bearer(PASSWORD))
    now = json.loads(body)
    assert status == 200 and told["content-type"] == "application/json" and told["cache-control"] == "no-store"
    assert now["sessions"] >= 1 and 0 < now["uptime"] < 3600
    assert (now["training"], now["uploads"], now["worker"], now["worker_pid"]) == (False, False, "none", None)
    assert (now["runs_training"], now["runs_waiting"], now["runs_paused"]) == (0, 0, 0)
    assert now["app_memory"] > 50e6 and now["worker_memory"] is None and now["own_pictures_memory"] == 0
    assert set(now["versions"]) == {"python", "streamlit", "torch", "numpy"}


def test_the_status_page_tells_a_person(locked, visitor, phone):
    page = visitor("about:blank", {**phone, "http_credentials": {"username": "", "password": PASSWORD}})
    page.goto(locked.url + PAGE[1:])
    expect(page.get_by_role("heading", name="Status")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^Training"))).to_have_text("Trainingoff")
    expect(page.get_by_role("row", name=re.compile("^Memory of the app"))).to_contain_text(" MB")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_other_site_may_frame_it_where_the_operator_says_so(locked):
    assert ask(locked, "/")[1]["content-security-policy"].endswith("frame-ancestors 'self'")
    assert "frame-ancestors 'none'" in ask(locked, PAGE, headers=bearer(PASSWORD))[1]["content-security-policy"]
