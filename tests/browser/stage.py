"""Helpers of the measuring scripts: the real app, a real browser, a description of the machine."""

import argparse
import json
import os
import platform
import re
import sys
import tempfile
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from playwright.sync_api import Error

from cae.data import datasets
from tests.browser.chromium import MISSING, chromium
from tests.browser.serving import serve

TTL = 1  # seconds for which the forgetful app keeps the session of a visitor who has left; it is 120 elsewhere
REMEMBER = "2"  # seconds for which it keeps their runs


class Failed(Exception):
    """The measurement came to nothing; says why in a sentence."""


@contextmanager
def real_browser():
    """Yields Chromium. What goes wrong with it or with the app meanwhile is raised as ``Failed``."""
    try:
        with chromium() as browser:
            if browser is None:
                raise Failed(f"There is {MISSING}.")
            yield browser
    except (AssertionError, Error) as error:
        raise Failed(str(error)) from error


@contextmanager
def real_app(*flags, **environment):
    """Yields the server: the app of this working tree, started with these flags and variables."""
    with tempfile.TemporaryDirectory() as folder, serve(folder, data_directory(), *flags, **environment) as server:
        yield server


def forgetful_app():
    """Yields the server of an app that soon forgets who has left."""
    return real_app("--server.disconnectedSessionTTL", str(TTL), CAE_REMEMBER=REMEMBER)


def script(parser, measure, show):
    """What a script that measures does: read its options, ``measure(browser, options)``, ``show`` what was found.

    With ``--json`` one JSON object is printed instead. Returns what was found; exits with a sentence on ``Failed``.
    """
    parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
    options = parser.parse_args()
    try:
        with real_browser() as browser:
            found = measure(browser, options)
    except Failed as failure:
        sys.exit(str(failure))
    if options.json:
        print(json.dumps(found))  # noqa: T201
    else:
        show(found, options)
    return found


def data_directory():
    return Path(os.environ.get("CAE_DATA_DIR") or "data")


def dataset():
    """What to train on: the real thing where it is, for nothing may be downloaded in the middle of a measurement."""
    return "mnist" if datasets.is_present("mnist", data_directory()) else "synthetic"


def positive(words):
    """A number of things to measure, from the command line."""
    if not words.isdecimal() or not int(words):
        raise argparse.ArgumentTypeError(f"{words} is not a whole number above 0.")
    return int(words)


def machine():
    """What the figures depend on, in words."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": _processor(),
        "processors": there,
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "streamlit")},
    }


def _processor():
    told = Path("/proc/cpuinfo")
    names = re.findall(r"^model name\s*: (.+)$", told.read_text(), re.MULTILINE) if told.exists() else []
    return names[0] if names else platform.processor() or platform.machine()


def table(rows):
    """Rows of words as lines, in columns: the first from the left, the others from the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *more in rows:
        cells = [word.rjust(width) for word, width in zip(more, widths[1:], strict=True)]
        print(first.ljust(widths[0]), *cells, sep="  ")  # noqa: T201


def progress(words):
    print(words, file=sys.stderr, flush=True)  # noqa: T201
