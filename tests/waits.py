"""Measures waiting times of a visitor, and the app's memory. ``python -m tests.waits``, from the project's root.

The real app in a real Chromium: the first page of a server that has just been started; the change from page to page;
from Start to the first point on the chart; from a move of the pen and from its up to the picture (``tests.latency``);
from a move of the pointer over the map of the codes to the decoded picture, and of the eraser over a damaged digit to
the repaired one; the memory of the app and of its training
worker. The clock is the browser's own but for the cold start, which begins with the process.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import expect

from cae.bench.comparison import spread
from cae.runs import checkpoint
from tests import latency
from tests.browser.chromium import DESK, new_context
from tests.browser.screen import BACK, JOURNEY, LIVE, POINTS, TITLES, button, on_canvas, shows, tile
from tests.browser.serving import PATIENCE
from tests.browser.stage import dataset, machine, positive, progress, real_app, script, table

IN_THE_APP = "Training in the app / on the command line"
ALONE, WATCHED = "app / command line", "app and tab / command line"
WORDS = {ALONE: "", WATCHED: ", with the tab that watches it on the same processors"}
COSTLY = 3  # rounds of whole runs, at most
EPOCHS = 2  # of such a run: the visitor who does not watch has seen the first moment of it
IDLE = 10  # per cent of a processor that a worker without a run stays under
RUN_PATIENCE = 150_000  # milliseconds: the worker may still be loading

# The milliseconds from a press on an element until a condition first holds in a painted frame.
SCRIPT = """
window.waiting = (element, holds, patience) => new Promise((found, failed) => {
    let pressed
    element.addEventListener("click", (event) => (pressed ??= event.timeStamp), { capture: true, once: true })
    const end = performance.now() + patience
    const look = () => {
        if (pressed && holds()) return found(performance.now() - pressed)
        if (performance.now() > end) return failed(new Error("what was waited for did not come"))
        requestAnimationFrame(look)
    }
    look()
    element.click()
})
"""
# The milliseconds from the next move of the pointer until the decoder's picture is another one, and painted.
FOLLOWS = """
// The milliseconds from the next move of the pointer until this canvas shows another picture.
window.nextPicture = (selector, patience) => new Promise((found, failed) => {
    const [canvas] = everywhere(selector)
    const before = canvas.toDataURL()
    let moved
    addEventListener("pointermove", (event) => (moved = event.timeStamp), { capture: true, once: true })
    const end = performance.now() + patience
    const look = () => {
        if (performance.now() > end) return failed(new Error("the picture did not follow the pointer"))
        if (!moved || canvas.toDataURL() === before) return requestAnimationFrame(look)
        const { port1, port2 } = new MessageChannel() // after this frame
        port1.onmessage = () => found(performance.now() - moved)
        port2.postMessage(null)
    }
    look()
})
"""
# A page is there when its title is, nothing on it is left of the page before, and its script has come to its end.
ARRIVED = """(link, [title, patience]) => waiting(link, () => {
    const main = document.querySelector("[data-testid=stMain]")
    return main?.querySelector("h1")?.innerText.trim() === title
        && !main.querySelector("[data-stale=true], [data-testid=stSkeleton]")
        && document.querySelector("[data-test-script-state=notRunning]")
}, patience)"""
ERASED = 36  # moves of the eraser over one picture
NEWEST = "document.querySelector('.live-chart')?.data?.[0].y.at(-1)"  # loss on the chart
FIRST_POINT = f"""(start, patience) => {{
    const before = {NEWEST}
    return waiting(start, () => {NEWEST} !== undefined && {NEWEST} !== before, patience)
}}"""


def cold_start(browser):
    """Milliseconds from the server's start until the canvas takes strokes, and until its example is back."""
    page = new_context(browser, DESK).new_page()
    began = time.perf_counter()
    with real_app() as server:
        page.goto(server.url)
        on_canvas(page, [(0.5, 0.5)])
        waited = (time.perf_counter() - began) * 1e3
        expect(page.locator(f"{LIVE}, {JOURNEY}")).to_be_visible()
        whole = (time.perf_counter() - began) * 1e3
        page.context.close()
        return waited, whole


def page_changes(page, rounds):
    """Milliseconds of each change, through all pages in turn and back to the first."""
    first, *others = TITLES
    waits = []
    for name in (*others, first) * rounds:
        link = page.get_by_test_id("stSidebarNavLink").filter(has_text=name)
        waits.append(link.evaluate(ARRIVED, [TITLES[name], PATIENCE * 1000]))
        shows(page, name)
    return waits


def first_point(page, url, seed, settings):
    """Milliseconds from a press on Start, on a page that is all there, to the run's first point on the chart.

    ``seed`` is the run's own, so that its losses are no other's. The run is stopped.
    """
    page.goto(f"{url}train?dataset={dataset()}&{settings}&seed={seed}")
    shows(page, "Train")
    page.wait_for_function("document.querySelector('.live-chart')?.data")
    waited = button(page, "Start training").element_handle().evaluate(FIRST_POINT, RUN_PATIENCE)
    button(page, "Stop").click()
    expect(page.get_by_text("Stopped:")).to_be_visible()
    expect(button(page, "Start training")).to_be_enabled()
    return waited


def in_the_app(page, server, watches):
    """Seconds of training of the default network, by a visitor who watches, or leaves and returns."""
    address = f"{server.url}train?dataset={dataset()}&epochs={EPOCHS}"
    page.goto(address)
    shows(page, "Train")
    button(page, "Start training").click()
    expect(button(page, "Stop")).to_be_visible()
    if not watches:
        page.goto("about:blank")
        (worker,) = server.workers()
        while worker.cpu_percent(interval=1) > IDLE:
            pass
        page.goto(address)
    expect(page.get_by_text("Done:")).to_be_visible(timeout=RUN_PATIENCE)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    return checkpoint.load(Path(download.value.path())).seconds


def on_the_command_line(folder):
    """Seconds of the same run with ``python -m cae train``."""
    file = str(Path(folder, "run.safetensors"))
    words = ["train", "--dataset", dataset(), "--epochs", str(EPOCHS), "--out", file, "--json"]
    done = subprocess.run([sys.executable, "-m", "cae", *words], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["seconds"]


def cost_of_the_app(browser, rounds):
    """How much longer a run takes in the app than on the command line: the ratios of each round, one after the other.

    Once while nobody looks, once with the tab that watches it on the same processors.
    """
    ratios = {name: [] for name in WORDS}
    with real_app() as server, tempfile.TemporaryDirectory() as folder:
        page = new_context(browser, DESK).new_page()
        for _ in range(rounds):
            before = on_the_command_line(folder)
            found = {name: in_the_app(page, server, watches=name == WATCHED) for name in ratios}
            alone = (before + on_the_command_line(folder)) / 2
            for name, seconds in found.items():
                ratios[name].append(seconds / alone)
                progress(f"{IN_THE_APP}{WORDS[name]}: {ratios[name][-1]:.3f}")
        page.context.close()
    return {name: spread(each) for name, each in ratios.items()}


def memory(server):
    """Megabytes of the app and of its worker."""
    (worker,) = server.workers()
    app = psutil.Process(server.process.pid)
    return {name: round(one.memory_info().rss / 2**20) for name, one in (("app", app), ("worker", worker))}


def cold_starts(browser, rounds):
    """Of as many servers, one after the other."""
    cold, whole = zip(*(cold_start(browser) for _ in range(rounds)), strict=True)
    progress(f"Cold start: {latency.spread(cold)}")
    return {
        "cold start": latency.spread(cold),
        "cold start, with the first reconstruction": latency.spread(whole),
    }


def measure(browser, server, rounds, settings=latency.RUN, warm_up=1):
    """A visitor's waits on a warm server, in milliseconds, and its memory. ``settings`` are those of the runs.

    In the ``warm_up`` first rounds, app and worker load what they load once.
    """
    context = new_context(browser, DESK)
    context.add_init_script(SCRIPT)
    page = context.new_page()
    page.goto(server.url)
    shows(page, "Draw")
    expect(tile(page, BACK)).to_be_visible()
    page_changes(page, warm_up)
    changes = page_changes(page, rounds)
    progress(f"Page change: {latency.spread(changes)}")
    for seed in range(warm_up):
        first_point(page, server.url, rounds + seed, settings)
    rest = memory(server)
    points = [first_point(page, server.url, seed, settings) for seed in range(rounds)]
    progress(f"Start to first point: {latency.spread(points)}")
    button(page, "Start training").click()
    page.wait_for_function(f"{POINTS} > 5")
    training = memory(server)
    button(page, "Stop").click()
    expect(page.get_by_text("Stopped:")).to_be_visible()
    context.close()
    return {
        "page change": latency.spread(changes),
        "Start to first point": latency.spread(points),
        "memory_mb": {"at rest": rest, "training": training},
    }


def followed(browser, server, name, ready):
    """A page on which a picture follows the pointer, once this is true there: on synthetic digits, without download."""
    page = new_context(browser, DESK).new_page()
    page.add_init_script(FOLLOWS)
    page.goto(f"{server.url}{name.lower()}?pictures=synthetic+digits")
    shows(page, name)
    page.wait_for_function(ready, timeout=RUN_PATIENCE)
    return page


def map_moves(browser, server, number):
    """From a move of the pointer over the map of the codes to the decoded picture, so many times, in milliseconds."""
    page = followed(browser, server, "Latent", "everywhere('.place')[0]?.textContent")
    box = page.locator(".map").bounding_box()
    waits = []
    for turn in range(number + 1):
        page.evaluate("(all) => { window.picture = nextPicture(...all) }", ["canvas.decoded", PATIENCE * 1000])
        across, down = 0.5 + 0.25 * math.sin(turn / 3), 0.5 - 0.25 * math.cos(turn / 3)
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
        waits.append(page.evaluate("window.picture"))
    page.context.close()
    return {"pointer over the map": latency.spread(waits[1:])}  # at the first move the thumbnails are fetched


def eraser_moves(browser, server, number):
    """From a move of the eraser over a damaged digit to the repaired picture, so many times, in milliseconds."""
    page = followed(browser, server, "Damage", "everywhere('.repair[data-by=server]').length")
    page.locator("canvas.damaged").scroll_into_view_if_needed()
    box = page.locator("canvas.damaged").bounding_box()
    waits = []
    while len(waits) <= number:
        # From side to side, a row lower each time: every move erases something that was there.
        for turn in range(min(ERASED, number + 2 - len(waits))):
            down, along = divmod(turn, 6)
            across = along if down % 2 == 0 else 5 - along
            place = (box["x"] + (0.1 + 0.16 * across) * box["width"], box["y"] + (0.1 + 0.16 * down) * box["height"])
            if turn == 0:
                page.mouse.move(*place)
                page.mouse.down()
                page.wait_for_function("everywhere('.repair[data-by=page]').length")
                continue
            page.evaluate("(all) => { window.picture = nextPicture(...all) }", ["canvas.repaired", PATIENCE * 1000])
            page.mouse.move(*place)
            waits.append(page.evaluate("window.picture"))
        page.mouse.up()
        page.locator(".restore").click()
        page.wait_for_function("everywhere('.repair[data-by=server]').length", timeout=RUN_PATIENCE)
    page.context.close()
    return {"eraser over a damaged digit": latency.spread(waits[1:])}  # at the first the networks are fetched


def strokes(browser, server, number):
    """From a move of the pen, and from its up, to the picture, so many times in each condition."""
    found = latency.report(*latency.measure(browser, server, number))
    moves = {f"pen moves, {condition}": found["moves"][condition] for condition in latency.CONDITIONS}
    return {**moves, **{f"stroke, {condition}": found[condition] for condition in latency.CONDITIONS}}


def show(found):
    """One table of waits, and a line of memory."""
    columns = ("n", "p50", "p95", "max")
    waits = {name: one for name, one in found.items() if "p50" in one}
    table([("milliseconds", *columns), *((name, *(str(one[key]) for key in columns)) for name, one in waits.items())])
    for name, more in WORDS.items():
        cost = found[name]
        print(f"{IN_THE_APP}{more}: {cost['median']:.2f} ({cost['min']:.2f} to {cost['max']:.2f})")  # noqa: T201
    for when, each in found["memory_mb"].items():
        print(f"Memory {when}: app {each['app']} MB, worker {each['worker']} MB")  # noqa: T201
    print(found["machine"])  # noqa: T201


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.waits", description=__doc__.split("\n\n")[0])
    parser.add_argument("--strokes", type=positive, default=100, help="in each condition (default: 100)")
    parser.add_argument("--rounds", type=positive, default=5, help="of everything else (default: 5)")

    def everything(browser, options):
        found = cold_starts(browser, options.rounds)
        with real_app() as server:
            found |= measure(browser, server, options.rounds)
            found |= map_moves(browser, server, options.strokes)
            found |= eraser_moves(browser, server, options.strokes)
            found |= strokes(browser, server, options.strokes)
        return {**found, **cost_of_the_app(browser, min(COSTLY, options.rounds)), "machine": machine()}

    script(parser, everything, lambda found, _: show(found))


if __name__ == "__main__":
    main()
