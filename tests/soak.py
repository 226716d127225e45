"""Measures what the app keeps of visitors who left: memory, threads, files. ``python -m tests.soak``, from the root.

Visitors come one after the other, in a real Chromium: each draws a stroke, sees it reconstructed, starts a short
run, sees it train, and then sees it end, or stops it, or leaves it running. Before and after them all, threads and
open files of the app and of its training worker are counted: they must be as many again. In between, every
``EVERY`` visits, their memory is read, and its growth per visit is fitted by least squares. Chromium's own
memory does not count. Exits with 1 and a sentence where something was kept.

Streamlit polls its two config files with a pool of its own, from two threads up to four: whether one of the four has
come to be yet is chance, and none ever goes. So many more threads are no complaint.

What the figures can prove: a session that Streamlit does not drop keeps three files open and some 40 kB, so files
tell one such session for certain. Memory tells the rest less sharply, for Python and glibc give back little. The
app, which keeps the runs of those who left for a quarter of an hour, is told to keep them for ``REMEMBER`` seconds.
"""

import argparse
import sys
import time
from dataclasses import asdict, dataclass
from statistics import linear_regression

import psutil
from playwright.sync_api import Error, expect

from tests.browser.chromium import DESK, new_context
from tests.browser.screen import ONE, POINTS, button, draw, shows
from tests.browser.serving import PATIENCE, get, until
from tests.browser.stage import TTL, Failed, forgetful_app, machine, positive, progress, script, table

WARM_UP = 10  # visits until everything that is loaded once is loaded
EVERY = 20  # visits from one reading to the next
SETTLED = 40  # visits after which the fit of memory begins
BOUND = 50  # kB a visit: a run that is kept for ever would be 150
POOL_IDLE = 10.5  # seconds after which a thread of the web server's pool (AnyIO's) counts as idle
POLLERS = 2  # threads of Streamlit's that may come late: see above

# How a visit ends, in turn, and for how many epochs its run would go on.
ENDINGS = {"sees the end": 1, "stops": 100, "leaves": 2}
RUN = "channels=2&batch_size=1024&dataset=synthetic"
RUN_PATIENCE = 150_000  # milliseconds: the first run waits for its digits to be drawn, and pages come before training


@dataclass(frozen=True)
class Holding:
    """What a process has: resident memory in kB, threads, and open files with the sockets among them."""

    memory: int
    threads: int
    files: int
    sockets: int

    @classmethod
    def of(cls, process):
        with process.oneshot():
            memory, threads = process.memory_info().rss // 1024, process.num_threads()
        return cls(memory, threads, process.num_fds(), len(process.net_connections("all")))


@dataclass(frozen=True)
class Reading:
    """What the app and its training worker have after so many visits."""

    visits: int
    app: Holding
    worker: Holding
    children: int

    def kept(self, before):
        """What is there beyond ``before``, in sentences."""
        for name in ("app", "worker"):
            for what in ("threads", "files"):
                then, now = (getattr(getattr(one, name), what) for one in (before, self))
                if now > then + POLLERS * (name == "app" and what == "threads"):
                    yield f"The {name} has {now - then} {what} more than before the visits: {then}, now {now}."
        if self.children > before.children:
            yield f"The app has {self.children} child processes; before the visits it had {before.children}."


class Soak:
    """The app, visited."""

    def __init__(self, server, browser):
        self.server = server
        self.browser = browser
        self.context = new_context(browser, DESK)
        self.app = psutil.Process(server.process.pid)
        self.visits = 0

    def visit(self):
        """One visitor comes and goes. A tab of its own is a visitor of its own: a new session on the server."""
        self.visits += 1
        ending = list(ENDINGS)[self.visits % len(ENDINGS)]
        page, errors = self.context.new_page(), []
        page.on("pageerror", lambda error: errors.append(str(error)))
        try:
            page.goto(self.server.url)
            shows(page, "Draw")
            draw(page, ONE)
            page.goto(f"{self.server.url}train?{RUN}&epochs={ENDINGS[ending]}")
            shows(page, "Train")
            button(page, "Start training").click()
            page.wait_for_function(f"{POINTS} > 0", polling=100, timeout=RUN_PATIENCE)
            if ending == "stops":
                button(page, "Stop").click()
                expect(page.get_by_text("Stopped:")).to_be_visible()
            elif ending == "sees the end":
                expect(page.get_by_text("Done:")).to_be_visible(timeout=RUN_PATIENCE)
            page.close()
        except (AssertionError, Error) as error:
            raise Failed(f"Visit {self.visits}, which {ending}, failed: {error}\n{_told(page)}") from error
        if errors:
            raise Failed(f"Visit {self.visits} met an error of the page: {errors[0]}")

    def settle(self):
        """Wait until the visitors' sessions are dropped and the worker has nothing to do; returns the reading then."""
        self._alone()
        left = time.monotonic()
        until(lambda: time.monotonic() > left + TTL, "the last visitor's session is old", self.server.log)
        # Streamlit looks for old sessions when somebody else leaves.
        page = self.context.new_page()
        page.goto(self.server.url)
        shows(page, "Draw")
        page.close()
        # Threads that read files for the web server come with the load; idle ones go when a file is next read.
        self._alone()
        idle = time.monotonic()
        until(lambda: time.monotonic() > idle + POOL_IDLE, "the threads for files are idle", self.server.log)
        get(self.server, "")
        return self.read()

    def read(self):
        """A reading while nobody is there."""
        self._alone()
        return Reading(self.visits, Holding.of(self.app), Holding.of(self._worker()), len(self.app.children(True)))

    def _alone(self):
        sessions = "_stcore/metrics?families=active_sessions"
        gone = "the app notices that its visitor has left"
        until(lambda: "active_sessions 0" in get(self.server, sessions), gone, self.server.log)
        # A browser keeps connections for its next page. The app drops those that it answered, within seconds; one that
        # was opened ahead of need and never used is the browser's to end.
        self.context.close()
        self.context = new_context(self.browser, DESK)
        until(lambda: not self._connected(), "the app drops its visitors' connections", self.server.log)
        until(lambda: self._worker().cpu_percent(0.2) < 5, "the training worker has nothing to do", self.server.log)

    def _connected(self):
        return [one for one in self.app.net_connections("tcp") if one.status == psutil.CONN_ESTABLISHED]

    def _worker(self):
        workers = self.server.workers()
        if len(workers) != 1:
            raise Failed(f"The app has {len(workers)} training workers; it must have one.")
        return workers.pop()


def soak(browser, server, visits, warm_up=WARM_UP):
    """Visit such an app; returns the report. Raises ``Failed`` where a visit does not go as it must."""
    app = Soak(server, browser)
    for _ in range(warm_up):
        app.visit()
    app.visits = 0
    before, begin = app.settle(), time.monotonic()
    readings = [before]
    while app.visits < visits:
        app.visit()
        if app.visits % EVERY == 0:
            readings.append(app.read())
            progress(_line(readings[-1], time.monotonic() - begin))
    seconds = time.monotonic() - begin
    after = app.settle()
    while any(after.kept(before)) and time.monotonic() < begin + seconds + PATIENCE:
        after = app.settle()
    growth = {name: slope(readings, name) for name in ("app", "worker")}
    return {
        "visits": visits,
        "seconds": round(seconds, 1),
        "before": asdict(before),
        "after": asdict(after),
        "readings": [asdict(reading) for reading in readings],
        "growth": growth,
        "complaints": [*after.kept(before), *grown(growth)],
        "machine": machine(),
    }


def slope(readings, name):
    """Growth in kB a visit, or None where there are too few readings to fit a line."""
    late = [reading for reading in readings if reading.visits >= SETTLED]
    if len(late) < 3:
        return None
    memory = [getattr(reading, name).memory for reading in late]
    return round(linear_regression([reading.visits for reading in late], memory).slope, 1)


def grown(growth):
    """What grows faster than it may, in sentences."""
    for name, each in growth.items():
        if each is not None and each > BOUND:
            yield f"The memory of the {name} grows by {each:.0f} kB a visit, and the bound is {BOUND}."


def _told(page):
    """What stands on the page where a visit failed."""
    try:
        return "The page says: " + " | ".join(page.get_by_test_id("stMain").inner_text(timeout=5000).split("\n"))
    except Error:
        return "The page says nothing."


def _line(now, seconds):
    app, worker = now.app, now.worker
    return (
        f"{now.visits:4} visits, {seconds:4.0f} s: app {app.memory / 1024:.0f} MB, {app.threads} threads, "
        f"{app.files} files; worker {worker.memory / 1024:.0f} MB, {worker.threads} threads, {worker.files} files"
    )


def _print(report):
    before, after = report["before"], report["after"]
    rows = [("", "before", "after")]
    for name in ("app", "worker"):
        rows.append((f"{name}: memory, MB", *(f"{one[name]['memory'] / 1024:.1f}" for one in (before, after))))
        rows += [
            (f"{name}: {what}", *(str(one[name][what]) for one in (before, after)))
            for what in ("threads", "files", "sockets")
        ]
    table([*rows, ("child processes", str(before["children"]), str(after["children"]))])
    for name, each in report["growth"].items():
        words = "too few visits to say" if each is None else f"{each:+.1f} kB a visit"
        print(f"Growth of the {name}'s memory: {words}")  # noqa: T201
    print(f"{report['visits']} visits in {report['seconds']:.0f} s; {report['machine']}")  # noqa: T201


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__.split("\n\n")[0])
    parser.add_argument("--visits", type=positive, default=200)

    def visited(browser, options):
        with forgetful_app() as server:
            return soak(browser, server, options.visits)

    report = script(parser, visited, lambda found, _: _print(found))
    sys.exit("\n".join(report["complaints"]) or 0)


if __name__ == "__main__":
    main()
