"""Gunicorn takes new code by SIGHUP, and goes by SIGTERM, without failing a request."""

import signal
import socket
import threading
import time
import urllib.request
from contextlib import closing

import pytest

from tests.portal import Portal, children_of

pytestmark = pytest.mark.portal

RESTARTS = 2


class Visitors:
    """Four people who ask for the login page again and again."""

    def __init__(self, portal: Portal) -> None:
        self.url = f"{portal.url}/accounts/login/"
        self.answered = 0
        self.failed: list[str] = []
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self._ask) for _ in range(4)]

    def __enter__(self) -> "Visitors":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def _ask(self) -> None:
        while not self.ended.is_set():
            try:
                with urllib.request.urlopen(self.url, timeout=60) as response:
                    response.read()
                self.answered += 1
            except OSError as error:
                self.failed.append(repr(error))
            time.sleep(0.02)


def test_a_restart_fails_no_request(portal: Portal) -> None:
    assert portal.web is not None
    with Visitors(portal) as visitors:
        for _ in range(RESTARTS):
            before = set(children_of(portal.web.pid))
            portal.web.send_signal(signal.SIGHUP)
            ends_at = time.monotonic() + 60
            while (now := set(children_of(portal.web.pid))) & before or not now:
                assert time.monotonic() < ends_at, portal.log("web")
                time.sleep(0.1)
    assert visitors.failed == []
    assert visitors.answered > RESTARTS


def test_a_request_that_began_is_answered_before_the_process_goes(portal: Portal) -> None:
    assert portal.web is not None
    with closing(socket.create_connection(("127.0.0.1", portal.port), timeout=60)) as line:
        body = b"login=nobody%40example.com&password=x"
        head = f"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
        line.sendall(head.encode() + b"Content-Type: application/x-www-form-urlencoded\r\n\r\n" + body[:5])
        time.sleep(1)
        portal.web.send_signal(signal.SIGTERM)
        time.sleep(1)
        line.sendall(body[5:])
        # Without its token the form is refused; what counts is that somebody answers.
        assert line.recv(1000).startswith(b"HTTP/1.1 403")
    assert portal.web.wait(timeout=30) == 0
