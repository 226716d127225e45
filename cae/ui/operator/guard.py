"""What stands in front of every HTTP request: headers for the browser, and no uploads where there are none."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cae.environment import Environment

__all__ = ["Guard", "headers"]

UPLOADS = "/_stcore/upload_file/"  # Streamlit's route: a file sent there is in memory before a page sees it
NO_UPLOADS = "Uploads are switched off on this server."


def headers(settings: Environment) -> dict[str, str]:
    """The headers of every response.

    Streamlit needs what is allowed here: it writes style elements, loads components from ``blob:`` addresses and
    pictures from ``data:`` addresses, and computes with 64 bits in WebAssembly. The scripts in its page are allowed by
    their hashes, and no others.
    """
    policy = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", "'wasm-unsafe-eval'", "blob:", *_scripts()]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": " ".join(["'self'", *settings.framed_by]),
    }
    camera = "self" if settings.uploads else ""
    return {
        "Content-Security-Policy": "; ".join(f"{what} {where}" for what, where in policy.items()),
        "Permissions-Policy": f"camera=({camera}), geolocation=(), microphone=(), payment=(), usb=()",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


def _scripts() -> list[str]:
    """The hashes of the scripts in Streamlit's page."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    found = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return [f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in found]


class Guard:
    """ASGI middleware. A response keeps a header that it has set itself."""

    def __init__(self, app: ASGIApp, settings: Environment) -> None:
        self._app, self._uploads, self._headers = app, settings.uploads, headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    told.setdefault(name, value)
            await send(message)

        refuses = not self._uploads and UPLOADS in scope["path"]
        then = PlainTextResponse(NO_UPLOADS, 403) if refuses else self._app
        await then(scope, receive, answer)
