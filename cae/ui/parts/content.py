"""Files that the browser fetches from memory and keeps: their address is a hash of what is in them."""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

__all__ = ["CONTENT_ROUTE", "FOREVER", "KEPT", "content"]

KEPT = 64  # files in memory
FOREVER = {"Content-Encoding": "gzip", "Cache-Control": "public, max-age=31536000, immutable"}

# A file's key → name and compressed bytes, by last use. A request reads it at any time: no key may be away.
_files: OrderedDict[str, tuple[str, bytes]] = OrderedDict()
_making = threading.Lock()


def content(key: str, ending: str, make: Callable[[], bytes]) -> str:
    """The address, relative to the app's own, of a file that ``make`` made once for this key."""
    with _making:
        if key not in _files:
            made = make()
            _files[key] = f"{sha256(made).hexdigest()[:16]}.{ending}", gzip.compress(made, 1)
        _files.move_to_end(key)
        name = _files[key][0]
        while len(_files) > KEPT:
            _files.popitem(last=False)
    return f"content/{name}"


def _serve(request: Request) -> Response:
    asked = request.path_params["name"]
    found = next((file for name, file in tuple(_files.values()) if name == asked), None)
    if found is None:
        return PlainTextResponse("This file is no longer here. Reload the page.", 404)
    return Response(found, headers=FOREVER, media_type="application/octet-stream")


CONTENT_ROUTE = Route("/{prefix:path}content/{name}", _serve)  # under any base path of the server
