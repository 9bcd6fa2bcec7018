"""An HTTP server on loopback that keeps what it is sent and can be told to refuse, to redirect or to hang."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class ReceivedRequest:
    """One request, kept before it was answered."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """What it holds."""
        return json.loads(self.body)


class HttpSink:
    """Where requests of a test end.

    `status` and `answer` are what it says; `location` sends elsewhere; while `hangs` is set it says nothing at all;
    `on_request` is called for each request before it is answered.
    """

    def __init__(self) -> None:
        self.received: list[ReceivedRequest] = []
        self.status = 200
        self.answer = b"{}"
        self.location = ""
        self.hangs = False
        self.on_request: Callable[[], None] = lambda: None
        self._closing = threading.Event()
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sink._take(self)

            def do_GET(self) -> None:
                sink._take(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        self.received.append(ReceivedRequest(request.path, dict(request.headers.items()), body))
        self.on_request()
        if self.hangs:
            self._closing.wait()
            return
        request.send_response(self.status)
        if self.location:
            request.send_header("Location", self.location)
        request.send_header("Content-Length", str(len(self.answer)))
        request.end_headers()
        request.wfile.write(self.answer)

    def url(self, path: str = "/") -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}{path}"

    def close(self) -> None:
        """Stop it; whoever hangs is let go."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
