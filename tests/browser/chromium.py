"""Chromium, the system's own or the one that playwright installed, and the visitors' screens."""

import shutil
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.browser.screen import SCRIPT
from tests.browser.serving import PATIENCE

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
MISSING = "no Chromium: install the system's, or run python -m playwright install chromium"


@contextmanager
def chromium():
    """Yields a browser, or None where the machine has none."""
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        # The headless build comes first: the same engine, at half of the processor time for a page.
        places = list(map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")))
        places.append(playwright.chromium.executable_path)
        there = [place for place in places if place and Path(place).exists()]
        if not there:
            yield None
            return
        browser = playwright.chromium.launch(executable_path=there[0], args=list(ARGUMENTS))
        yield browser
        browser.close()


# A browser that has been here before is not offered the tour. An empty page, which has no storage, refuses it.
BEEN_HERE = 'try { localStorage.setItem("cae-tour", "offered") } catch {}'


def new_context(browser, options, *, first_visit=False):
    """A place for tabs, with what the helpers in ``screen`` need on every page; its cache spares them the loading.

    The pages' Content-Security-Policy is off by default: it forbids what Playwright's ``wait_for_function`` does.
    ``test_way`` visits all pages with it.
    """
    context = browser.new_context(**{"bypass_csp": True, **options})
    context.set_default_timeout(PATIENCE * 1000)
    context.add_init_script(SCRIPT)
    if not first_visit:
        context.add_init_script(BEEN_HERE)
    return context
