"""The app as its container runs it, made by the Dockerfile's steps without Docker."""

import os
import signal
import subprocess
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from cae.data import datasets
from tests.browser.chromium import DESK, new_context
from tests.browser.screen import BACK, ONE, POINTS, button, clear, draw, figures, shows, tile, visit
from tests.browser.serving import watched
from tests.container import MISSING, Container, possible
from tests.needs import need

pytestmark = [pytest.mark.browser, pytest.mark.mnist]


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    need(possible(), MISSING)
    folder = os.environ.get("CAE_DATA_DIR")
    need(folder and datasets.is_present("mnist", Path(folder)), "set CAE_DATA_DIR to a folder with MNIST")
    return Container.built(tmp_path_factory.mktemp("image") / "root", Path(folder, "MNIST", "raw"))


def test_only_what_needs_a_network_is_replaced_and_the_code_cannot_be_changed(image):
    assert image.replaced == ["this machine's compiler", "the environment of the tests"]
    assert image.run(["sh", "-c", "id -u; find . -writable"]) == "1000\n"


@pytest.mark.parametrize(
    ("compiler", "space"), [(True, True), (False, False)], ids=["a Space", "without a compiler, elsewhere"]
)
def test_it_starts_draws_trains_and_ends(image, browser, no_network, tmp_path, compiler, space):
    need(not compiler or image.run(["sh", "-c", "command -v cc || true"]), "no C compiler")
    container = image.copied(tmp_path / "root", compiler=compiler)
    given = {"SPACE_ID": "anna/squeeze"} if space else {}
    proxies = {name: os.environ[name] for name in ("http_proxy", "https_proxy")}

    def start(port, target):
        given["STREAMLIT_SERVER_PORT"] = str(port)
        return container.start(container.command, given | proxies, stdout=target, stderr=subprocess.STDOUT)

    with watched(tmp_path, start) as server, closing(new_context(browser, DESK)) as visitor:
        assert container.run(container.health, given) == ""
        page, errors = visitor.new_page(), []
        page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
        page.goto(server.url + "train?channels=2&batch_size=1024&epochs=1")
        shows(page, "Train")
        button(page, "Start training").click()
        page.wait_for_function(f"{POINTS} > 2")
        button(page, "Stop").click()
        expect(page.get_by_text("Stopped:")).to_be_visible()
        expect(page.get_by_test_id("stAlert")).to_have_count(0)
        expect(page.get_by_role("code")).to_contain_text("--dataset mnist")
        assert any(container.home(".cache", "squeeze").glob("kernels-*.so")) == compiler

        visit(page, "Draw")
        expect(tile(page, BACK)).to_be_visible()
        clear(page)
        draw(page, ONE)
        assert 0 < figures(page)["MSE"] < 0.05
        assert not errors, "\n".join(errors)

        app = psutil.Process(server.process.pid)
        assert app.uids().effective == 1000
        (cookie,) = visitor.cookies()
        assert (cookie["sameSite"], cookie["secure"]) == (("None", True) if space else ("Lax", False))
        # The first process of a container is only ended by a signal that it handles.
        handled = int(Path(f"/proc/{app.pid}/status").read_text().split("SigCgt:")[1].split()[0], 16)
        assert handled >> (signal.SIGTERM - 1) & 1
