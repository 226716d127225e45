"""The route of the status page: HTML for a person, JSON for a machine, nothing without the operator's password.

A browser asks for it (HTTP Basic, any user name); a machine sends ``Authorization: Bearer PASSWORD``. So it is in no
address and no log. Where the operator has set none, there is no such page.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from cae.environment import environment
from cae.ui.operator.status import Status, status

__all__ = ["STATUS_ROUTE"]

ASK = {"WWW-Authenticate": 'Basic realm="status", charset="UTF-8"'}
# Its own style and nothing else: the page has no script, and no other site may frame it.
LOCKED = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}
STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 sans-serif }
body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid #8884; font-weight: normal }
td { text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
"""


async def _page(request: Request) -> Response:
    token = environment().status_token
    if not token:
        return PlainTextResponse("There is no such page.", 404)
    if not hmac.compare_digest(_password(request.headers.get("authorization", "")), token.encode()):
        return PlainTextResponse("This page needs the operator's password.", 401, headers=LOCKED | ASK)
    now = await run_in_threadpool(status)  # it waits for the locks of the service
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(_html(now), headers=LOCKED)
    return JSONResponse(now.as_dict(), headers=LOCKED)


def _password(header: str) -> bytes:
    """What an ``Authorization`` header says; empty if it says nothing that could be a password."""
    scheme, _, told = header.partition(" ")
    if scheme.lower() == "bearer":
        return told.strip().encode("utf-8", "replace")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(told, validate=True).partition(b":")[2]
        except binascii.Error:
            pass
    return b""


def _html(now: Status) -> str:
    rows = {
        "Up for": _duration(now.uptime),
        "Browser tabs": str(now.sessions),
        "Training": "on" if now.training else "off",
        "Uploads": "on" if now.uploads else "off",
        "Runs: training, waiting, paused": f"{now.runs_training}, {now.runs_waiting}, {now.runs_paused}",
        "Where runs train": now.where,
        "Worker on this machine": now.worker if now.worker_pid is None else f"{now.worker}, process {now.worker_pid}",
        "Device of this worker": now.device or "not known",
        "Memory of the app": _megabytes(now.app_memory),
        "Memory of this worker": _megabytes(now.worker_memory),
        "Finished runs": _megabytes(now.kept_runs_memory),
        "Own pictures": _megabytes(now.own_pictures_memory),
        **{name.capitalize(): number for name, number in now.versions.items()},
    }
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(said)}</td></tr>' for name, said in rows.items()
    )
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Status</title>'
    return (
        f'<!DOCTYPE html><html lang="en"><head>{head}<style>{STYLE}</style></head>'
        f"<body><h1>Status</h1><table>{body}</table></body></html>"
    )


def _duration(seconds: float) -> str:
    hours, minutes = divmod(int(seconds) // 60, 60)
    return f"{hours} h {minutes} min"


def _megabytes(count: int | None) -> str:
    return "not known" if count is None else f"{count / 1e6:,.0f} MB"


STATUS_ROUTE = Route("/{prefix:path}operator-status", _page)  # under any base path of the server
