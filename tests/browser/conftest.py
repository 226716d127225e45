"""A browser, a server that most tests share, and visitors."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from cae import data
from tests.browser.screen import SCRIPT
from tests.browser.serving import PATIENCE, serve
from tests.needs import need

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


@pytest.fixture(scope="session")
def browser():
    """Chromium, the system's own or the one that playwright installed."""
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        places = ["/usr/bin/chromium", *map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))]
        places.append(playwright.chromium.executable_path)
        there = [place for place in places if place and Path(place).exists()]
        need(there, "no Chromium: install the system's, or run python -m playwright install chromium")
        browser = playwright.chromium.launch(executable_path=there[0], args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def contexts(browser):
    """A function: options → the browser context with these options. Its cache spares the next visitor the loading."""
    opened = {}

    def context(options):
        key = str(options)
        if key not in opened:
            opened[key] = browser.new_context(**options)
            opened[key].set_default_timeout(PATIENCE * 1000)
            opened[key].add_init_script(SCRIPT)
        return opened[key]

    yield context
    for one in opened.values():
        one.close()


@pytest.fixture
def visitor(contexts):
    """A function: address, options → the page of another visitor. None of them may meet an error of the page."""
    pages, errors = [], []

    def visitor(address, options=DESK):
        page = contexts(options).new_page()
        page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
        pages.append(page)
        page.goto(address)
        return page

    yield visitor
    for page in pages:
        page.close()
    assert not errors, "\n".join(errors)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The server that most tests share, with the real MNIST where there is one."""
    folder = tmp_path_factory.mktemp("server")
    with serve(folder, os.environ.get("CAE_DATA_DIR") or folder / "data") as server:
        yield server


@pytest.fixture
def mnist_server(server):
    """The shared server, which must have the real MNIST."""
    folder = os.environ.get("CAE_DATA_DIR")
    need(folder and data.is_present("mnist", Path(folder)), "set CAE_DATA_DIR to a folder with MNIST")
    return server


@pytest.fixture(params=["light", "dark"])
def phone(request):
    """Options of a visitor with a phone, in the light and in the dark."""
    return {**PHONE, "color_scheme": request.param}
