"""Measures many visitors who draw at the same time. ``python -m tests.load``, from the project's root.

The visitors speak Streamlit's own protocol over a websocket, as the browser does, but show no page: so a machine can
hold hundreds of them. Each opens Draw, then makes a stroke every two to four seconds. Measured is the time from the
stroke's message until the server has sent the last picture and figure. First in an idle app, then while one more
visitor, in a real browser, trains the default network and watches it.
"""

import argparse
import asyncio
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.browser.serving import until
from tests.browser.stage import Failed, machine, positive, progress, real_app, script, table
from tests.latency import CONDITIONS, RUN, Trainer, spread

VISITORS = (25, 100, 200)
SECONDS = 30  # of drawing by all of them
PAUSE = (2.0, 4.0)  # seconds between two strokes of a visitor
ARRIVALS = 10  # visitors in a second
STROKES = 5  # of one drawing; then the oldest goes
PATIENCE = 30  # seconds; a visitor who waits for longer is lost


class Visitor:
    """One session. Keeps how long the page and each answer took, in milliseconds, and what went wrong."""

    def __init__(self, url, chance):
        self.url, self.chance = url, chance
        self.opened, self.answers, self.errors = [], [], []
        self.strokes, self.cached = [], {}

    async def draws(self, arrives, leaves):
        """Open Draw at one moment and draw until another, both of the monotonic clock."""
        await asyncio.sleep(arrives - time.monotonic())
        address = self.url.replace("http", "ws", 1) + "_stcore/stream"
        origin = self.url.rstrip("/")
        try:
            async with connect(address, origin=origin, subprotocols=["streamlit"], max_size=None) as self.line:
                await self.opens()
                while (pause := self.chance.uniform(*PAUSE)) < leaves - time.monotonic():
                    await asyncio.sleep(pause)
                    await self.stroke()
        except (OSError, WebSocketException, LookupError) as error:  # a TimeoutError is an OSError
            self.errors.append(f"{type(error).__name__} {error}".strip())

    async def opens(self):
        message = BackMsg()
        message.rerun_script.SetInParent()
        components = await self.timed(message, self.opened)
        self.canvas, self.fragment, data = components["strokes"]
        self.version = data["version"]

    async def stroke(self):
        x, y, far = (self.chance.uniform(40, most) for most in (200, 240, 80))
        points = [[x + far * step / 12, y + self.chance.uniform(-4, 4)] for step in range(13)]
        self.strokes = [*self.strokes, {"width": 20, "points": points}][-STROKES:]
        drawing = {"version": self.version, "strokes": self.strokes}
        message = BackMsg()
        message.rerun_script.fragment_id = self.fragment
        message.rerun_script.widget_states.widgets.add(id=self.canvas, json_value=json.dumps({"drawing": drawing}))
        _, _, data = (await self.timed(message, self.answers))["live_reconstruction"]
        if not data["complete"]:
            raise LookupError("an answer without pictures")

    async def timed(self, message, times):
        """Send it, and read until the script has ended. Returns of each component: identity, fragment, data."""
        message.rerun_script.cached_message_hashes.extend(self.cached)
        began = time.monotonic()
        await self.line.send(message.SerializeToString())
        components = {}
        async with asyncio.timeout(PATIENCE):
            while True:
                answer = ForwardMsg()
                answer.ParseFromString(await self.line.recv())
                if answer.WhichOneof("type") == "script_finished":
                    break
                if answer.WhichOneof("type") == "ref_hash":  # the browser keeps large messages
                    answer = self.cached[answer.ref_hash]
                elif answer.metadata.cacheable:
                    self.cached[answer.hash] = answer
                component = answer.delta.new_element.bidi_component
                if component.component_name:
                    name = component.component_name.rpartition(".")[2]
                    components[name] = component.id, answer.delta.fragment_id, component.json
        times.append(1e3 * (time.monotonic() - began))
        return {name: (*rest, json.loads(data or "null")) for name, (*rest, data) in components.items()}


def crowd(server, number, seconds):
    """So many visitors arrive one by one, then all draw for so long: the server's answers, losses, memory."""

    async def everybody():
        now = time.monotonic() + 1
        visitors = [Visitor(server.url, random.Random(one)) for one in range(number)]
        leave = now + number / ARRIVALS + seconds
        await asyncio.gather(*(one.draws(now + place / ARRIVALS, leave) for place, one in enumerate(visitors)))
        return visitors

    process = psutil.Process(server.process.pid)
    before, began = process.cpu_times(), time.monotonic()
    with ThreadPoolExecutor(1) as thread:  # on this one, Playwright has a loop of its own
        visitors = thread.submit(asyncio.run, everybody()).result()
    after, took = process.cpu_times(), time.monotonic() - began
    errors = [error for visitor in visitors for error in visitor.errors]
    answers = [one for visitor in visitors for one in visitor.answers]
    if not answers:
        raise Failed(f"No visitor got an answer to a stroke: {'; '.join(sorted(set(errors))) or 'the time was short'}.")
    return {
        "answers": spread(answers),
        "pages": spread([one for visitor in visitors for one in visitor.opened]),
        "lost": len(errors),
        "errors": sorted(set(errors)),
        "memory_mb": round(process.memory_info().rss / 2**20),
        "processors": round((after.user + after.system - before.user - before.system) / took, 2),
    }


def measure(browser, server, numbers, seconds, settings=RUN):
    """For each number of visitors: what they meet in an idle app, and while another visitor trains."""
    until(lambda: server.workers(), "the training worker is there", server.log)
    trainer = Trainer(browser, server.url, settings)
    found = {condition: {} for condition in CONDITIONS}
    for number in numbers:
        found["idle"][number] = crowd(server, number, seconds)
        trainer.starts()
        found["training"][number] = crowd(server, number, seconds)
        trainer.stops()
        progress(f"{number} visitors: {', '.join(f'{name} {each[number]}' for name, each in found.items())}")
    trainer.page.context.close()
    return {**found, "machine": machine()}


def show(found):
    rows = [("milliseconds", "visitors", "answers", "p50", "p95", "p99", "max", "lost", "MB", "processors")]
    for condition in CONDITIONS:
        for number, each in found[condition].items():
            times = (str(each["answers"][key]) for key in ("n", "p50", "p95", "p99", "max"))
            rest = (str(each[key]) for key in ("lost", "memory_mb", "processors"))
            rows.append((condition, str(number), *times, *rest))
    table(rows)
    print(found["machine"])  # noqa: T201


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__.split("\n\n")[0])
    parser.add_argument("--visitors", type=positive, nargs="+", default=list(VISITORS), help="how many at a time")
    parser.add_argument("--seconds", type=positive, default=SECONDS, help=f"of drawing (default: {SECONDS})")

    def load(browser, options):
        with real_app() as server:
            return measure(browser, server, options.visitors, options.seconds)

    script(parser, load, lambda found, _: show(found))


if __name__ == "__main__":
    main()
