"""Networks as programs for the browser: their addresses, and the route that serves the runtime's files.

``in_the_page(run)`` is what a component needs to run a network: give it to the component as data, and connect with
``client.js``.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypedDict

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from cae.inference import network, on_thread
from cae.program.file import dump
from cae.program.program import assemble
from cae.program.steps import Steps
from cae.runs.run import Run
from cae.ui.parts.content import FOREVER, content
from cae.ui.visitor.services import SHIPPED

__all__ = ["RUNTIME_ROUTE", "InThePage", "in_the_page", "shipped_in_the_page"]

HERE = Path(__file__).parent
FILES = {path.name: path.read_bytes() for path in HERE.glob("*.js")}
FOLDER = "program-" + sha256(b"".join(FILES[name] for name in sorted(FILES))).hexdigest()[:16]
STEPS = SHIPPED.parent / "programs.json"  # of the shipped networks: they can be sent before torch is loaded
LARGEST = 16_000_000  # bytes of a program; larger ones stay on the server
MOST_WORK = 100_000_000  # multiply-adds of a program: about 0.1 s in a browser


class InThePage(TypedDict):
    """Addresses, relative to the app's own: of the runtime's folder, and of one network's program."""

    folder: str
    program: str


def in_the_page(run: Run) -> InThePage | None:
    """The run's network for the browser; None if it is too large to be sent and computed there."""
    model = run.config.model
    if 4 * model.parameters > LARGEST or model.multiply_adds > MOST_WORK:
        return None
    return _address(run.digest, lambda: on_thread(_traced, run))


def shipped_in_the_page(name: str) -> InThePage:
    """The same of a network in ``assets/models``, without torch. Raises ``KeyError`` for another name."""

    def made() -> bytes:
        from safetensors.numpy import load_file

        steps = Steps.from_dict(json.loads(STEPS.read_text("utf-8"))[name])
        return dump(assemble(steps, load_file(SHIPPED / f"{name}.safetensors")))

    return _address(name, made)


def _traced(run: Run) -> bytes:
    from cae.program.trace import trace

    return dump(assemble(trace(network(run)), run.weights))


def _address(key: str, make: Callable[[], bytes]) -> InThePage:
    return {"folder": FOLDER, "program": content(f"program {key}", "safetensors", make)}


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(FILES[name])


def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in FILES:
        return PlainTextResponse("There is no such file.", 404)
    return Response(_compressed(name), headers=FOREVER, media_type="text/javascript")


RUNTIME_ROUTE = Route(f"/{{prefix:path}}{FOLDER}/{{name}}", _file)  # under any base path of the server
