"""The pictures on Draw follow the pen: the browser computes them, and torch agrees."""

import os
import re
from contextlib import closing

import numpy as np
import pytest
from playwright.sync_api import expect

from cae.runs import checkpoint
from cae.ui.parts.program.in_the_page import in_the_page
from tests.browser.chromium import DESK, PHONE, new_context
from tests.browser.screen import (
    BACK,
    BAR,
    JOURNEY,
    LIVE,
    ONE,
    SEES,
    SMALL_SEVEN,
    ZERO,
    at_rest,
    button,
    choose,
    clear,
    draw,
    drawing,
    figures,
    journey,
    on_canvas,
    pull,
    shows,
    source,
    tile,
    visit,
)
from tests.browser.serving import serve
from tests.ui.visiting import network

pytestmark = pytest.mark.browser
GREY_LEVEL = 1.001 / 255
# Every message that the page sends to the server, from its beginning.
COUNT_MESSAGES = """
window.messages = 0
window.WebSocket = class extends WebSocket {
    send(message) {
        window.messages++
        super.send(message)
    }
}
"""
WITHOUT_WORKERS = "delete window.Worker"
REFUSED = """window.Worker = class { constructor() { throw new DOMException("refused", "SecurityError") } }"""
# Torch's module waits for the file of this name before it runs: so it is imported, but that takes as long.
SLOW_TORCH = """
import os, sys, time
from importlib.util import find_spec

class Gate:
    def find_spec(self, name, path=None, target=None):
        if name != "torch":
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        run = spec.loader.exec_module

        def wait_and_run(module):
            while not os.path.exists({gate!r}):
                time.sleep(0.05)
            run(module)

        spec.loader.exec_module = wait_and_run
        return spec

sys.meta_path.insert(0, Gate())
"""


def hold(page, stroke):
    """Draw a stroke without lifting the pen; wait until the page shows what it comes to."""
    first, *more = on_canvas(page, stroke)
    page.mouse.move(*first)
    page.mouse.down()
    for point in more:
        before = source(tile(page, SEES, LIVE)) if page.locator(LIVE).count() else ""
        page.mouse.move(*point, steps=4)
        follows(page, before)


def follows(page, before):
    """Wait until the page's own picture of the drawing is another than ``before``."""
    sees = f'{LIVE} canvas[aria-label="{SEES}"]'
    page.wait_for_function(
        "([sees, before]) => ![before, undefined].includes(document.querySelector(sees)?.toDataURL())",
        arg=[sees, before],
    )


def settled(page):
    """The page's own pictures, once they change no more."""
    before, now = None, journey(page, LIVE)
    while before is None or not np.array_equal(before, now):
        before = now
        page.evaluate("new Promise((done) => setTimeout(() => requestAnimationFrame(done), 100))")
        now = journey(page, LIVE)
    return now


def agrees(page, live):
    """Lift the pen; the server's pictures must be those that the page had."""
    page.mouse.up()
    expect(page.locator(JOURNEY)).to_be_visible()
    assert close_to(live, journey(page))


def follows_and_agrees(page, stroke):
    """Draw a stroke: the page's own pictures follow it, and the server's are the same."""
    hold(page, stroke)
    agrees(page, settled(page))


def a_chosen_network_follows(page, title):
    """Choose a network on Draw: it is the one that follows the next drawing."""
    choose(page, "Network", title)
    expect(page.locator(JOURNEY)).to_contain_text(title)
    clear(page)
    follows_and_agrees(page, ZERO)


def close_to(one, other):
    return np.abs(np.subtract(one, other)).max() <= GREY_LEVEL


def test_a_stroke_is_followed_and_answered_without_a_rerun_and_torch_agrees(server, contexts):
    page = contexts(DESK).new_page()
    page.add_init_script(COUNT_MESSAGES)
    page.goto(server.url)
    shows(page, "Draw")
    clear(page)
    draw(page, SMALL_SEVEN)
    at_rest(page)
    seven, _ = journey(page)
    before = page.evaluate("messages")
    hold(page, BAR)
    live = settled(page)
    assert np.abs(live[0] - seven).max() > 0.5
    agrees(page, live)
    assert page.evaluate("messages") == before
    page.close()


def test_what_was_restored_on_another_page_is_drawn_upon(page):
    clear(page)
    draw(page, SMALL_SEVEN)
    visit(page, "Train")
    visit(page, "Draw")
    expect(tile(page, BACK)).to_be_visible()
    follows_and_agrees(page, BAR)


def test_a_network_travels_once(server, contexts):
    page = contexts(DESK).new_page()
    fetched = []
    page.on("response", lambda response: fetched.append(response) if ".safetensors" in response.url else None)
    page.goto(server.url)
    shows(page, "Draw")
    for stroke in (SMALL_SEVEN, ONE):
        clear(page)
        hold(page, stroke)
        page.mouse.up()
        expect(page.locator(JOURNEY)).to_be_visible()
    visit(page, "Train")
    visit(page, "Draw")
    expect(tile(page, BACK)).to_be_visible()
    hold(page, ONE)
    page.mouse.up()
    expect(page.locator(JOURNEY)).to_be_visible()
    (response,) = fetched
    headers = response.all_headers()
    assert headers["content-encoding"] == "gzip"
    assert "immutable" in headers["cache-control"]
    page.close()


@pytest.mark.parametrize("without", [WITHOUT_WORKERS, REFUSED], ids=["no workers", "refused"])
def test_without_a_worker_the_server_draws(server, contexts, without):
    page = contexts(DESK).new_page()
    page.add_init_script(without)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(server.url)
    shows(page, "Draw")
    clear(page)
    draw(page, SMALL_SEVEN)
    assert figures(page)["MSE"] < 0.05
    seven = drawing(page)
    draw(page, BAR)
    assert drawing(page) != seven
    page.close()
    assert not errors


@pytest.mark.parametrize("missing", [".safetensors", "client.js", "worker.js", "runtime.js", "picture.js"])
def test_without_the_files_the_server_draws(server, contexts, missing):
    page = contexts(DESK).new_page()
    page.route(re.compile(rf"/(program-\w+|content)/\w*{re.escape(missing)}$"), lambda route: route.abort())
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(server.url)
    shows(page, "Draw")
    clear(page)
    draw(page, SMALL_SEVEN, BAR)
    assert figures(page)["MSE"] < 0.05
    expect(page.locator(LIVE)).to_have_count(0)
    page.close()
    assert not errors


def test_where_strokes_cannot_be_reported_they_rerun_the_page(page):
    page.route("**/strokes/*", lambda route: route.abort())
    clear(page)
    draw(page, SMALL_SEVEN)
    seven = drawing(page)
    draw(page, BAR)
    assert drawing(page) != seven
    button(page, "Undo").click()
    expect(tile(page, SEES)).to_have_attribute("src", seven)
    page.unroute("**/strokes/*")


def test_a_chosen_network_is_the_one_that_follows(page):
    a_chosen_network_follows(page, "Bottleneck 2")


def test_a_network_too_large_for_the_page_stays_on_the_server(page, tmp_path):
    run = network("large", channels=(128, 128), refine=128, code_size=4, unpooling="fixed")
    assert in_the_page(run) is None
    file = tmp_path / "large.safetensors"
    checkpoint.save(run, file)
    usual = page.get_by_role("combobox", name="Network").input_value()
    visit(page, "Runs")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_test_id("stAlert")).to_contain_text("Large")
    visit(page, "Draw")
    choose(page, "Network", "Large")
    expect(page.locator(JOURNEY)).to_contain_text("Large")
    clear(page)
    draw(page, SMALL_SEVEN, BAR)
    expect(page.locator(LIVE)).to_have_count(0)
    assert figures(page)["MSE"] > 0
    choose(page, "Network", usual)  # for the page's next test
    expect(page.locator(JOURNEY)).to_contain_text(usual)


def test_the_first_pictures_of_a_cold_server_do_not_wait_for_torch(browser, no_network, tmp_path):
    gate = tmp_path / "torch may come"
    (tmp_path / "sitecustomize.py").write_text(SLOW_TORCH.format(gate=str(gate)))
    data = os.environ.get("CAE_DATA_DIR") or tmp_path
    with (
        serve(tmp_path, data, PYTHONPATH=str(tmp_path)) as server,
        closing(new_context(browser, DESK)) as desk,
        closing(new_context(browser, PHONE)) as phone,
    ):
        pages, drawn, errors = [desk.new_page(), phone.new_page()], [], []
        for page in pages:
            page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
            page.goto(server.url)
            shows(page, "Draw")
            expect(page.locator(LIVE)).to_be_visible()
            live = settled(page)
            before = source(tile(page, SEES, LIVE))
            pull(page, [(0.1, 0.1), (0.1, 0.9)])  # beside the example
            follows(page, before)
            drawn.append(settled(page))
            assert not close_to(drawn[-1][0], live[0]), page.viewport_size
            expect(page.get_by_text("Loading the networks")).to_be_visible()
            expect(page.locator(".figures")).to_have_count(0)
        gate.touch()
        for page, own in zip(pages, drawn, strict=True):
            expect(page.locator(".figures").first).to_be_visible()
            assert close_to(own, journey(page)), page.viewport_size
    assert not errors, "\n".join(errors)
