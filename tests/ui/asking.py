"""Requests to the app's own routes, without a server."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from starlette.applications import Starlette


def request(routes, path, body=None):
    """What the routes answer to a GET, or to a POST of ``body``: status, headers, body."""
    messages = []

    async def receive():
        return {"type": "http.request", "body": body or b""}

    async def send(message):
        messages.append(message)

    method = "GET" if body is None else "POST"
    scope = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b"", "root_path": ""}
    with ThreadPoolExecutor(1) as thread:  # on this one, Playwright has a loop of its own
        thread.submit(asyncio.run, Starlette(routes=routes)(scope, receive, send)).result()
    start, body = messages
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, body["body"]
