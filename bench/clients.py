"""Browsers without a window: they ask one page again and again, and tell how long each answer took.

What they take themselves counts for every site alike, so they do no more than send and read: Python's own client takes
half a millisecond to understand the headers of one answer.
"""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from urllib.parse import urlencode

# Nobody waits longer for a page.
PATIENCE = 300.0
CSRF = "x" * 32


@dataclass(frozen=True)
class Ask:
    """One kind of request: an address, who asks, and for a form what stands in it (made anew each time)."""

    address: str
    session: str = ""
    form: Callable[[], dict[str, str]] | None = None
    expected: int = 200

    def send(self, line: Line) -> int:
        """Ask once and read the whole answer. Returns its status."""
        form = None if self.form is None else urlencode({**self.form(), "csrfmiddlewaretoken": CSRF})
        said = [
            f"{'GET' if form is None else 'POST'} {self.address} HTTP/1.1",
            f"Host: {line.host}",
            "Accept-Encoding: identity",
            f"Cookie: sessionid={self.session}; csrftoken={CSRF}",
        ]
        if form is not None:
            said += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(form)}"]
        return line.ask("\r\n".join([*said, "", form or ""]).encode())


class Line:
    """A line to a site that is kept from answer to answer."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> int:
        """Send a request and read its whole answer. Returns the status.

        Raises:
            OSError: the line ended, or the answer says no length.
        """
        self._socket.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        head, _end, body = answer.partition(b"\r\n\r\n")
        words = head.lower().replace(b" ", b"")
        if b"\r\ntransfer-encoding:chunked" in words:
            while not body.endswith(b"\r\n0\r\n\r\n") and body != b"0\r\n\r\n":
                body += self._more()
        elif b"\r\ncontent-length:" in words:
            missing = int(words.split(b"\r\ncontent-length:")[1].split(b"\r\n")[0]) - len(body)
            while missing > 0:
                missing -= len(self._more())
        else:
            raise OSError(f"An answer without its length: {head.decode(errors='replace')}")
        return int(head.split(b" ", 2)[1])

    def _more(self) -> bytes:
        piece = self._socket.recv(1 << 18)
        if not piece:
            raise OSError("The line ended within an answer.")
        return piece

    def close(self) -> None:
        """End the line."""
        self._socket.close()


@dataclass
class Timed:
    """What some clients saw: the seconds of each answer, how long all of it lasted, and answers that were wrong."""

    clients: int
    seconds: list[float] = field(default_factory=list)
    lasted: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def p50(self) -> float:
        """The median answer, in milliseconds."""
        return 1000 * statistics.median(self.seconds) if self.seconds else float("nan")

    @property
    def p95(self) -> float:
        """What all but one of twenty answers took at most, in milliseconds."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] if ordered else float("nan")

    @property
    def rate(self) -> float:
        """Answers a second, of all clients together."""
        return len(self.seconds) / self.lasted if self.lasted else 0.0


def measure(port: int, asks: Sequence[Ask], clients: int, *, seconds: float, least: int = 3) -> Timed:
    """Let clients ask for some seconds, each for one of `asks` and at least a few times; one answer only warms up."""
    _one_client(port, asks[0], Timed(clients), until=0, least=1)
    seen = Timed(clients)
    began = time.monotonic()
    threads = [
        threading.Thread(target=_one_client, args=(port, ask, seen), kwargs={"until": began + seconds, "least": least})
        for ask, _client in zip(cycle(asks), range(clients), strict=False)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen.lasted = time.monotonic() - began
    return seen


def _one_client(port: int, ask: Ask, seen: Timed, *, until: float, least: int) -> None:
    line = Line(port)
    done = 0
    while done < least or time.monotonic() < until:
        began = time.monotonic()
        try:
            status = ask.send(line)
        except OSError as trouble:
            seen.wrong.append(f"{ask.address}: {trouble!r}")
            return
        seen.seconds.append(time.monotonic() - began)
        if status != ask.expected:
            seen.wrong.append(f"{ask.address}: {status}")
        done += 1
    line.close()
