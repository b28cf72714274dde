"""The HTTP door of the peers that have none: POST /runs/RUN is answered with 202 once the run is kept."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512


def serve(keep: Callable[[str], None]) -> None:
    """Serves on PEERS_PORT; `keep` returns when a run is durable."""

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            keep(self.path.removeprefix("/runs/"))
            self._answer(202)

        def do_GET(self) -> None:
            self._answer(200)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    _Server(("127.0.0.1", int(os.environ["PEERS_PORT"])), Door).serve_forever()
