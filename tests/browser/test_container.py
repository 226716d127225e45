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
from tests.browser.serving import PATIENCE, watched
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


@pytest.mark.parametrize("place", ["a Space", "elsewhere, read-only, under a path, without a compiler"])
def test_it_starts_trains_draws_and_ends_with_its_worker(image, browser, no_network, tmp_path, place):
    space = place == "a Space"
    container = image.copied(tmp_path / "root", compiler=space, read_only=not space)
    need(not space or container.run(["sh", "-c", "command -v cc || true"]), "no C compiler")
    given = {name: os.environ[name] for name in ("http_proxy", "https_proxy")}
    given |= {"SPACE_ID": "anna/squeeze"} if space else {"STREAMLIT_SERVER_BASE_URL_PATH": "squeeze"}
    base = "" if space else "squeeze/"

    def start(port, target):
        given["STREAMLIT_SERVER_PORT"] = str(port)
        return container.start(container.command, given, stdout=target, stderr=subprocess.STDOUT)

    with closing(new_context(browser, DESK)) as visitor, watched(tmp_path, start, base) as server:
        assert container.run(container.health, given) == ""
        page, errors = visitor.new_page(), []
        page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
        page.goto(f"{server.url}{base}train?channels=2&batch_size=256&epochs=5")
        shows(page, "Train")
        button(page, "Start training").click()
        page.wait_for_function(f"{POINTS} > 1")
        expect(page.get_by_test_id("stAlert")).to_have_count(0)  # it has MNIST
        assert any(container.home(".cache", "squeeze").glob("kernels-*.so")) == space

        visit(page, "Draw")
        expect(tile(page, BACK)).to_be_visible()
        clear(page)
        draw(page, ONE)
        assert 0 < figures(page)["MSE"] < 0.05
        assert not errors, "\n".join(errors)
        assert [(one["sameSite"], one["secure"]) for one in visitor.cookies()] == [
            ("None", True) if space else ("Lax", False)
        ]

        # It ends in the middle of a run, with a page open: when told, or when it is killed and can do nothing more.
        app = psutil.Process(server.process.pid)
        assert app.uids().effective == 1000
        workers = server.workers()
        assert len(workers) == 1
        handled = int(Path(f"/proc/{app.pid}/status").read_text().split("SigCgt:")[1].split()[0], 16)
        assert handled >> (signal.SIGTERM - 1) & 1  # of the first process in a container, others have no effect
        app.send_signal(signal.SIGTERM if space else signal.SIGKILL)
        assert server.process.wait(PATIENCE) < 0
        assert not psutil.wait_procs(workers, PATIENCE)[1]
