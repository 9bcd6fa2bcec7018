"""Browsers without a window: they ask one page again and again, and tell how long each answer took."""

from __future__ import annotations

import http.client
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

    def send(self, line: http.client.HTTPConnection) -> int:
        """Ask once and read the whole answer. Returns its status."""
        headers = {"Cookie": f"sessionid={self.session}; csrftoken={CSRF}"}
        if self.form is None:
            line.request("GET", self.address, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({**self.form(), "csrfmiddlewaretoken": CSRF})
            line.request("POST", self.address, body, headers)
        answer = line.getresponse()
        answer.read()
        return answer.status


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
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    done = 0
    while done < least or time.monotonic() < until:
        began = time.monotonic()
        try:
            status = ask.send(line)
        except (OSError, http.client.HTTPException) as trouble:
            seen.wrong.append(f"{ask.address}: {trouble!r}")
            return
        seen.seconds.append(time.monotonic() - began)
        if status != ask.expected:
            seen.wrong.append(f"{ask.address}: {status}")
        done += 1
    line.close()
