"""A real HTTP server on this machine, for what a download may meet."""

import gzip
import hashlib
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NOBODY = "http://127.0.0.1:9/"


@contextmanager
def served(files):
    """Serve ``files`` (name: bytes) and yield the address and the list of names asked for, as it grows.

    A value (bytes, n) promises all of the bytes and breaks off after n. What is not in ``files`` is a 404.
    """
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.lstrip("/")
            asked.append(name)
            if name not in files:
                self.send_error(404)
                return
            promised, sent = files[name] if isinstance(files[name], tuple) else (files[name], None)
            self.send_response(200)
            self.send_header("Content-Length", str(len(promised)))
            self.end_headers()
            self.wfile.write(promised[:sent])

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()


def packed(content):
    """A gzipped file and its MD5."""
    packet = gzip.compress(content, compresslevel=1, mtime=0)
    return packet, hashlib.md5(packet).hexdigest()
