"""Measures how soon a picture follows the pen. ``python -m tests.latency``, from the project's root.

Two times: from a move of the pen to the reconstruction that the browser computes, and from the end of a stroke to the
server's, with its figures.

A visitor draws in a real Chromium, in blocks of ``BLOCK`` strokes: one block while the app is idle, the next while
another visitor trains the default network and watches it on the Train page, and so on in turn, so that whatever
else this machine does meets both alike. The canvas is cleared every ``DRAWING`` strokes, off the clock.

The clock is the browser's own, in the page: from the moment of the mouse's release until the frame that shows the
new picture has been painted. The other visitor's tab is a process of the same browser on the same processors; in
real life it would be on a machine of its own.
"""

import argparse
import math
import re
from itertools import pairwise
from statistics import median

from playwright.sync_api import expect

from tests.browser.chromium import DESK, new_context
from tests.browser.screen import BACK, JOURNEY, LIVE, SEES, button, clear, on_canvas, pull, shows
from tests.browser.serving import PATIENCE
from tests.browser.stage import dataset, machine, positive, progress, real_app, script, table

BLOCK = 10  # strokes
RUN = "epochs=100"  # of the default network
STROKES = (  # of one drawing, in shares of the canvas
    [(0.3, 0.2), (0.7, 0.2), (0.45, 0.8)],
    [(0.35, 0.5), (0.7, 0.5)],
    [(0.25, 0.3), (0.25, 0.7), (0.4, 0.85)],
    [(0.6, 0.8), (0.8, 0.6), (0.8, 0.4)],
    [(0.2, 0.9), (0.8, 0.9)],
)
CONDITIONS = ("idle", "training")
FOLLOWS = f'{LIVE} canvas[aria-label="{BACK}"]'
MOMENTS = ("released", "sent", "answered", "changed", "painted")
PARTS = ("until the stroke is sent", "until it is answered", "until the page changes", "until it is painted")

# For every page of the visitor who draws: when strokes were sent and answered, and the next pictures.
SCRIPT = """
window.sent = []
window.answered = []
const fetched = window.fetch
window.fetch = async (...request) => {
    const isStroke = String(request[0]).includes("/strokes/")
    if (isStroke) sent.push(performance.now())
    const response = await fetched(...request)
    if (isStroke) answered.push(performance.now())
    return response
}
window.afterFrame = (call) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = call
    port2.postMessage(null)
})
// The moments of the next stroke whose drawing and reconstruction are both new.
window.nextPicture = (row, captions, patience) => new Promise((found, failed) => {
    const images = () => captions.map((one) => document.querySelector(`${row} img[alt="${one}"]`))
    const before = images().map((image) => image?.src)
    let released
    addEventListener("mouseup", (event) => (released = event.timeStamp), { capture: true, once: true })
    const observer = new MutationObserver(async () => {
        const now = images()
        if (!released || !now.every((image, index) => image && image.src !== before[index])) return
        observer.disconnect()
        const changed = performance.now()
        await Promise.all(now.map((image) => image.decode()))
        afterFrame(() => found({
            released,
            sent: sent.find((moment) => moment > released),
            answered: answered.find((moment) => moment > released),
            changed,
            painted: performance.now(),
        }))
    })
    observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ["data-by"] })
    setTimeout(() => failed(new Error("the picture did not change")), patience)
})
// The milliseconds from the next move of the pen until a new picture is painted.
window.nextLive = (selector, patience) => new Promise((found, failed) => {
    const picture = () => document.querySelector(selector)?.toDataURL()
    const before = picture()
    let moved
    addEventListener("pointermove", (event) => (moved = event.timeStamp), { capture: true, once: true })
    const observer = new MutationObserver(() => {
        const now = picture()
        if (!moved || !now || now === before) return
        observer.disconnect()
        afterFrame(() => found(performance.now() - moved))
    })
    observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ["data-by"] })
    setTimeout(() => failed(new Error("the picture did not follow the pen")), patience)
})
"""


class Drawer:
    """The visitor who draws."""

    def __init__(self, browser, url):
        context = new_context(browser, DESK)
        context.add_init_script(SCRIPT)
        self.page = context.new_page()
        self.page.goto(url)
        shows(self.page, "Draw")
        self.strokes = 0

    def stroke(self):
        """One more stroke; returns its moments, in milliseconds."""
        place = self.strokes % len(STROKES)
        if place == 0:
            clear(self.page)
        self.strokes += 1
        arguments = [JOURNEY, [SEES, BACK], PATIENCE * 1000]
        self.page.evaluate("(all) => { window.picture = nextPicture(...all) }", arguments)
        pull(self.page, STROKES[place])
        return self.page.evaluate("window.picture")

    def moves(self, number):
        """So many moves of the pen in one stroke; returns the milliseconds of each until its picture."""
        clear(self.page)
        self.strokes = 0
        circle = [(0.5 + 0.3 * math.sin(turn / 2), 0.5 - 0.4 * math.cos(turn / 2)) for turn in range(number + 2)]
        first, second, *others = on_canvas(self.page, circle)
        self.page.mouse.move(*first)
        self.page.mouse.down()
        self.page.mouse.move(*second)
        expect(self.page.locator(LIVE)).to_be_visible()
        waits = []
        for place in others:
            self.page.evaluate("(all) => { window.picture = nextLive(...all) }", [FOLLOWS, PATIENCE * 1000])
            self.page.mouse.move(*place)
            waits.append(self.page.evaluate("window.picture"))
        self.page.mouse.up()
        expect(self.page.locator(JOURNEY)).to_be_visible()
        return waits


class Trainer:
    """The other visitor: trains, or does not, with the Train page open."""

    def __init__(self, browser, url, settings):
        self.page = new_context(browser, DESK).new_page()
        self.page.goto(f"{url}train?dataset={dataset()}&{settings}")
        shows(self.page, "Train")

    def starts(self):
        button(self.page, "Start training").click()
        self.trains()

    def trains(self):
        expect(self.page.get_by_text(re.compile(r"^Epoch \d+ of .* images a second"))).to_be_visible()

    def stops(self):
        button(self.page, "Stop").click()
        expect(self.page.get_by_text("Stopped:")).to_be_visible()
        expect(button(self.page, "Start training")).to_be_enabled()


def measure(browser, server, strokes, settings=RUN):
    """In each condition: the moments of so many strokes, and the waits of as many moves of the pen, in milliseconds.

    ``settings`` are those of the other visitor's run.
    """
    moments = {condition: [] for condition in CONDITIONS}
    moves = {condition: [] for condition in CONDITIONS}
    drawer, trainer = Drawer(browser, server.url), Trainer(browser, server.url, settings)

    def block(condition, size):
        moves[condition] += drawer.moves(size)
        moments[condition] += [drawer.stroke() for _ in range(size)]

    drawer.moves(BLOCK)  # warm
    for _ in STROKES:
        drawer.stroke()
    while len(moments["training"]) < strokes:
        size = min(BLOCK, strokes - len(moments["idle"]))
        block("idle", size)
        trainer.starts()
        block("training", size)
        trainer.trains()
        trainer.stops()
        progress(" ".join(f"{name}: {_line(each)}" for name, each in moments.items()))
    for visitor in (drawer, trainer):
        visitor.page.context.close()
    return moments, moves


def report(moments, moves):
    """Milliseconds: of a move of the pen, and of a stroke as a whole and in parts, in each condition."""
    whole = {name: spread(_between(each, "released", "painted")) for name, each in moments.items()}
    return {
        **whole,
        "moves": {name: spread(each) for name, each in moves.items()},
        "ratio": {key: round(whole["training"][key] / whole["idle"][key], 2) for key in ("p50", "p95")},
        "parts": {
            name: {part: spread(_between(each, *ends)) for part, ends in zip(PARTS, pairwise(MOMENTS), strict=True)}
            for name, each in moments.items()
        },
        "training_is": f"another visitor's run of the default network on {dataset()}, watched on the Train page",
        "machine": machine(),
    }


def _between(moments, first, last):
    return [one[last] - one[first] for one in moments]


def spread(times):
    """How many, the median, the 95th and the 99th percentile, and the longest."""
    ordered = sorted(times)
    shares = {f"p{share}": ordered[math.ceil(share / 100 * len(ordered)) - 1] for share in (95, 99)}
    found = {"p50": median(times), **shares, "max": ordered[-1]}
    return {"n": len(times), **{name: round(each, 1) for name, each in found.items()}}


def _line(moments):
    whole = spread(_between(moments, "released", "painted"))
    return f"{whole['n']} strokes, p50 {whole['p50']:.0f} ms, p95 {whole['p95']:.0f} ms"


def _print(found, breakdown):
    columns = ("n", "p50", "p95", "max")
    parts = PARTS if breakdown else ()
    rows = [("milliseconds", *columns)]
    rows += [(f"pen moves, {name}", *_words(found["moves"][name], columns)) for name in CONDITIONS]
    for name in CONDITIONS:
        rows.append((f"pen up, {name}", *_words(found[name], columns)))
        rows += [(f"  {part}", "", *_words(found["parts"][name][part], columns[1:])) for part in parts]
    table([*rows, ("training / idle", "", *(f"{found['ratio'][key]:.2f}" for key in ("p50", "p95")), "")])
    print(f"Training: {found['training_is']}.\n{found['machine']}")  # noqa: T201


def _words(times, columns):
    return [str(times[key]) for key in columns]


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.latency", description=__doc__.split("\n\n")[0])
    parser.add_argument("--strokes", type=positive, default=100, help="in each condition (default: 100)")
    parser.add_argument("--breakdown", action="store_true", help="also say where the time goes")

    def strokes(browser, options):
        with real_app() as server:
            return report(*measure(browser, server, options.strokes))

    script(parser, strokes, lambda found, options: _print(found, options.breakdown))


if __name__ == "__main__":
    main()
