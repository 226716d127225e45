"""A browser, a server that most tests share, and visitors."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cae.data import datasets
from tests.browser.chromium import DESK, MISSING, PHONE, chromium, new_context
from tests.browser.screen import BACK, shows, tile
from tests.browser.serving import ROOT, serve
from tests.needs import need

PROGRAM = ROOT / "cae" / "ui" / "parts" / "program"


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests."""
    with chromium() as browser:
        need(browser, MISSING)
        yield browser


@pytest.fixture(scope="session")
def contexts(browser):
    """A function: options → the browser context with these options."""
    opened = {}

    def context(options):
        key = str(options)
        if key not in opened:
            opened[key] = new_context(browser, options)
        return opened[key]

    yield context
    for one in opened.values():
        one.close()


@pytest.fixture(scope="module")
def page_with(browser):
    """A function: a JavaScript module of ``cae/ui/parts/program`` → an empty page where ``window.loaded`` is it."""
    pages = []

    def page_with(module):
        page = browser.new_page()
        pages.append(page)
        page.evaluate(
            """async (source) => {
                const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }))
                window.loaded = await import(address)
            }""",
            (PROGRAM / module).read_text(),
        )
        return page

    yield page_with
    for page in pages:
        page.context.close()


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
    # The run of a test that is over gives way to the next one soon, but not before a reload is done.
    with serve(folder, os.environ.get("CAE_DATA_DIR") or folder / "data", CAE_GRACE="20") as server:
        yield server


@pytest.fixture(scope="module")
def kept():
    """The pages that a module's tests share, one for each kind of screen, and the errors that they met."""
    kept = {"pages": {}, "errors": []}
    yield kept
    for page in kept["pages"].values():
        page.close()


@pytest.fixture
def lasting(contexts, kept, request):
    """A function: address, options → a visitor's page there, which the module's tests hand on as it is until one fails.

    To load a page takes seconds of processor time.
    """
    failed = request.session.testsfailed

    def lasting(address, options=DESK):
        key = str(options)
        if key not in kept["pages"]:
            page = kept["pages"][key] = contexts(options).new_page()
            page.on("pageerror", lambda error: kept["errors"].append(error.stack or str(error)))
            page.goto(address)
        return kept["pages"][key]

    yield lasting
    errors, kept["errors"] = kept["errors"], []
    if errors or request.session.testsfailed > failed:
        for page in kept["pages"].values():
            page.close()
        kept["pages"].clear()
    assert not errors, "\n".join(errors)


@pytest.fixture
def page(server, lasting):
    """The Draw page of a visitor, with a digit reconstructed; the module's first test meets the example."""
    page = lasting(server.url)
    shows(page, "Draw")
    expect(tile(page, BACK)).to_be_visible()
    return page


@pytest.fixture
def mnist_server(server):
    """The shared server, which must have the real MNIST."""
    folder = os.environ.get("CAE_DATA_DIR")
    need(folder and datasets.is_present("mnist", Path(folder)), "set CAE_DATA_DIR to a folder with MNIST")
    return server


@pytest.fixture(params=["light", "dark"])
def phone(request):
    """Options of a visitor with a phone, in the light and in the dark."""
    return {**PHONE, "color_scheme": request.param}
