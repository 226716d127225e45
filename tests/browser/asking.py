"""Requests to the real server as a program sends them, byte for byte: no browser tidies their paths and headers up."""

import http.client
from contextlib import closing


def ask(server, path, method="GET", headers=None, body=None):
    """Status, headers (lower case) and body of the answer to this request; the path goes out as it is."""
    with closing(http.client.HTTPConnection(server.url.split("/")[2], timeout=30)) as connection:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if body is not None and "Transfer-Encoding" not in (headers or {}):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body, encode_chunked="Transfer-Encoding" in (headers or {}))
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
