"""Measures many visitors who draw at the same time. ``python -m tests.load``, from the project's root.

The visitors speak Streamlit's own protocol over a websocket, as the browser does, but show no page: so a machine can
hold hundreds of them. Each opens Draw, then makes a stroke every two to four seconds, and reports it as the browser
does. Measured is the time from the report until the server's pictures and figures are there. First in an idle app,
then while one more visitor, in a real browser, trains the default network and watches it.
"""

import argparse
import asyncio
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.browser.serving import until
from tests.browser.stage import TTL, Failed, forgetful_app, machine, positive, progress, script, table
from tests.latency import CONDITIONS, RUN, Drawer, Trainer, spread

VISITORS = (25, 100, 200)
SECONDS = 30  # of drawing by all of them
PAUSE = (2.0, 4.0)  # seconds between two strokes of a visitor
ARRIVALS = 10  # visitors in a second
STROKES = 5  # of one drawing; then the canvas is cleared
WAITS = ("answers", "reruns", "pages")
PATIENCE = 30  # seconds; a visitor who waits for longer is lost


class Visitor:
    """One session. Keeps how long pages, answers and reruns took, in milliseconds, and what went wrong."""

    def __init__(self, url, chance):
        self.url, self.chance = url.rstrip("/"), chance
        self.pages, self.answers, self.reruns, self.errors = [], [], [], []
        self.strokes, self.cached = [], {}

    async def draws(self, arrives, leaves):
        """Open Draw at one moment and draw until another, both of the monotonic clock."""
        await asyncio.sleep(arrives - time.monotonic())
        address = self.url.replace("http", "ws", 1) + "/_stcore/stream"
        try:
            async with connect(address, origin=self.url, subprotocols=["streamlit"], max_size=None) as self.line:
                await self.run(BackMsg(), self.pages)
                while (pause := self.chance.uniform(*PAUSE)) < leaves - time.monotonic():
                    await asyncio.sleep(pause)
                    await (self.stroke() if len(self.strokes) < STROKES else self.clear())
        except (OSError, WebSocketException, LookupError, ValueError) as error:  # a TimeoutError is an OSError
            self.errors.append(f"{type(error).__name__} {error}".strip())

    async def stroke(self):
        x, y, far = (self.chance.uniform(40, most) for most in (200, 240, 80))
        points = [[x + far * step / 12, y + self.chance.uniform(-4, 4)] for step in range(13)]
        self.strokes.append({"width": 20, "points": points})
        drawing = {"version": self.canvas["version"], "strokes": self.strokes}
        began = time.monotonic()
        answer = await posted(f"{self.url}/{self.canvas['address']}", json.dumps(drawing).encode())
        self.answers.append(1e3 * (time.monotonic() - began))
        if (answer["count"], bool(answer["html"])) != (len(self.strokes), True):
            raise LookupError("an answer without the stroke, or without pictures")
        if self.canvas["rerun"]:
            await self.rerun(id=self.listener, json_value=json.dumps({"drawing": drawing}))

    async def clear(self):
        await self.rerun(id=self.button, trigger_value=True)
        self.strokes = []

    async def rerun(self, **widget):
        """Run the fragment again, with the news of a widget."""
        message = BackMsg()
        message.rerun_script.fragment_id = self.fragment
        message.rerun_script.widget_states.widgets.add(**widget)
        await self.run(message, self.reruns)

    async def run(self, message, times):
        """Send it, and read what comes until the script has ended."""
        message.rerun_script.SetInParent()
        message.rerun_script.cached_message_hashes.extend(self.cached)
        began = time.monotonic()
        await self.line.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while (answer := await self.received()).WhichOneof("type") != "script_finished":
                self.note(answer.delta)
        times.append(1e3 * (time.monotonic() - began))

    async def received(self):
        answer = ForwardMsg()
        answer.ParseFromString(await self.line.recv())
        if answer.WhichOneof("type") == "ref_hash":  # the browser keeps large messages
            return self.cached[answer.ref_hash]
        if answer.metadata.cacheable:
            self.cached[answer.hash] = answer
        return answer

    def note(self, delta):
        """Keep what the next stroke needs."""
        component, button = delta.new_element.bidi_component, delta.new_element.button
        if component.component_name.endswith("strokes"):
            self.listener, self.fragment, self.canvas = component.id, delta.fragment_id, json.loads(component.json)
        if button.label in ("Clear", "Draw your own"):
            self.button = button.id


async def posted(address, content):
    """The JSON answer to a POST, over a connection of its own."""
    place = urlsplit(address)
    head = f"POST {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: {len(content)}\r\n"
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.write(f"{head}Connection: close\r\n\r\n".encode() + content)
        status, _, answer = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
    if b" 200 " not in status.splitlines()[0]:
        raise LookupError(status.splitlines()[0].decode())
    return json.loads(answer)


async def passes_by(url):
    """Come, and leave at once."""
    async with connect(
        url.replace("http", "ws", 1) + "_stcore/stream", origin=url.rstrip("/"), subprotocols=["streamlit"]
    ):
        pass


def memory(process):
    """Megabytes."""
    return round(process.memory_info().rss / 2**20)


def memory_without_them(url, process):
    """The same, once the app has dropped the sessions of those who left; it looks for them when another one leaves."""
    time.sleep(2 * TTL)
    with ThreadPoolExecutor(1) as thread:  # on this one, Playwright has a loop of its own
        thread.submit(asyncio.run, passes_by(url)).result()
    time.sleep(TTL)
    return memory(process)


def crowd(server, drawer, number, seconds):
    """So many visitors arrive one by one, then all draw for so long, and so does a real browser beside them.

    Returns the server's answers, losses, memory.
    """

    async def everybody():
        now = time.monotonic() + 1
        visitors = [Visitor(server.url, random.Random(one)) for one in range(number)]
        leave = now + number / ARRIVALS + seconds
        await asyncio.gather(*(one.draws(now + place / ARRIVALS, leave) for place, one in enumerate(visitors)))
        return visitors

    process = psutil.Process(server.process.pid)
    empty, before, began = memory(process), process.cpu_times(), time.monotonic()
    moments, moves = [], []
    with ThreadPoolExecutor(1) as thread:  # on this one, Playwright has a loop of its own
        crowd = thread.submit(asyncio.run, everybody())
        while not crowd.done():
            moves += drawer.moves(2)
            moments.append(drawer.stroke())
            drawer.page.wait_for_timeout(1e3 * PAUSE[0])
        visitors = crowd.result()
    after, took, full = process.cpu_times(), time.monotonic() - began, memory(process)
    errors = [error for visitor in visitors for error in visitor.errors]

    def all_of(name):
        return [one for visitor in visitors for one in getattr(visitor, name)]

    if not all_of("answers"):
        raise Failed(f"No visitor got an answer to a stroke: {'; '.join(sorted(set(errors))) or 'the time was short'}.")
    return {
        **{name: spread(all_of(name)) for name in WAITS if all_of(name)},
        "browser, pen up": spread([one["painted"] - one["released"] for one in moments]),
        "browser, pen moves": spread(moves),
        "lost": len(errors),
        "errors": sorted(set(errors)),
        "memory_mb": {"before": empty, "with them": full, "without them": memory_without_them(server.url, process)},
        "processors": round((after.user + after.system - before.user - before.system) / took, 2),
    }


def measure(browser, server, numbers, seconds, settings=RUN):
    """For each number of visitors: what they meet in an idle app, and while another visitor trains."""
    until(lambda: server.workers(), "the training worker is there", server.log)
    drawer, trainer = Drawer(browser, server.url), Trainer(browser, server.url, settings)
    found = {condition: {} for condition in CONDITIONS}
    for number in numbers:
        found["idle"][number] = crowd(server, drawer, number, seconds)
        trainer.starts()
        found["training"][number] = crowd(server, drawer, number, seconds)
        trainer.stops()
        progress(f"{number} visitors: {', '.join(f'{name} {each[number]}' for name, each in found.items())}")
    for visitor in (drawer, trainer):
        visitor.page.context.close()
    return {**found, "machine": machine()}


def show(found):
    columns = ("n", "p50", "p95", "p99", "max")
    rows = [("milliseconds", "visitors", "", *columns, "lost", "MB before", "with", "without", "processors")]
    for condition in CONDITIONS:
        for number, each in found[condition].items():
            rest = list(map(str, (each["lost"], *each["memory_mb"].values(), each["processors"])))
            for wait in (*WAITS, "browser, pen up", "browser, pen moves"):
                if wait in each:
                    rows.append((condition, str(number), wait, *(str(each[wait][key]) for key in columns), *rest))
                    rest = [""] * len(rest)
    table(rows)
    print(found["machine"])  # noqa: T201


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__.split("\n\n")[0])
    parser.add_argument("--visitors", type=positive, nargs="+", default=list(VISITORS), help="how many at a time")
    parser.add_argument("--seconds", type=positive, default=SECONDS, help=f"of drawing (default: {SECONDS})")

    def load(browser, options):
        with forgetful_app() as server:
            return measure(browser, server, options.visitors, options.seconds)

    script(parser, load, lambda found, _: show(found))


if __name__ == "__main__":
    main()
