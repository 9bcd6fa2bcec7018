"""One HTTP request to a system that somebody named: no redirects, no private network, and an end to every wait.

The host is looked up once, each address is checked, and the connection goes to a checked address: whoever runs the
name server of a host cannot send us elsewhere between the two.
"""

import contextlib
import http.client
import socket
import ssl
import threading
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from cases import reach

STEP_SECONDS = 5.0
# However slowly it drips: after this long we hang up.
ALL_SECONDS = 10.0
# So much of an answer is read, for people who look for what went wrong.
SNIPPET_BYTES = 400


@dataclass(frozen=True)
class Answer:
    """What a system said: the status, and the beginning of the rest."""

    status: int
    words: str


class _ToAddress(http.client.HTTPConnection):
    """A connection to one address of a host, whose name still stands in the request and in the certificate."""

    def __init__(self, host: str, port: int, *, addresses: list[str], tls: bool) -> None:
        super().__init__(host, port, timeout=STEP_SECONDS)
        self._addresses = addresses
        self._tls = tls

    def connect(self) -> None:
        """Connect to the first address that answers."""
        self.sock = self._reached()
        if self._tls:
            self.sock = _context().wrap_socket(self.sock, server_hostname=self.host)

    def _reached(self) -> socket.socket:
        failed: OSError = reach.OutOfReach("It has no address.")
        for address in self._addresses[:2]:
            try:
                return socket.create_connection((address, self.port), self.timeout)
            except OSError as error:
                failed = error
        raise failed


@lru_cache(maxsize=1)
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Send `body` and return what was answered, whatever the status.

    Raises:
        OutOfReach: there is no such host, or it is inside the network. Nothing was sent.
        OSError: the line could not be had or broke; the body may have arrived.
    """
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    host = parts.hostname or ""
    connection = _ToAddress(host, port, addresses=reach.addresses_of(host, port), tls=tls)
    hang_up = threading.Timer(ALL_SECONDS, _hang_up, [connection])
    hang_up.daemon = True
    hang_up.start()
    try:
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.request("POST", path, body=body, headers=headers)
        response = connection.getresponse()
        return Answer(response.status, response.read(SNIPPET_BYTES).decode(errors="replace"))
    except http.client.HTTPException as error:
        raise OSError(f"It does not speak HTTP: {type(error).__name__}") from error
    finally:
        hang_up.cancel()
        connection.close()


def _hang_up(connection: http.client.HTTPConnection) -> None:
    sock = connection.sock
    if sock is not None:
        # Whoever reads on the other thread is woken by it.
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
