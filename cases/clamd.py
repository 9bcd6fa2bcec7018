"""Looking for harmful software in a file, by the operator's own clamd (`CLAMAV_URL`), over its INSTREAM command.

Without a scanner nothing is looked for. With one, a file that it did not see whole counts as unseen, never as clean.
"""

import socket
import struct
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings

# Seconds to wait for a scanner to take up, or to say that it is there.
SOON = 2
PORT = 3310
CHUNK = 64 * 1024


class Unseen(Exception):
    """The scanner did not look at a file: it is not there, too slow, or was not given leave to read so much."""


def is_set() -> bool:
    """Return whether files are looked at here."""
    return bool(settings.CLAMAV_URL)


def is_address(url: str) -> bool:
    """Return whether `url` is an address of a scanner: `tcp://host:3310` or `unix:///run/clamav/clamd.sock`."""
    parts = urlsplit(url)
    return bool(parts.hostname) if parts.scheme == "tcp" else parts.scheme == "unix" and bool(parts.path)


def finding(content: IO[bytes]) -> str:
    """Return the scanner's name for what is wrong with a file; empty where nothing is.

    Raises:
        Unseen: it was not looked at.
    """
    content.seek(0)
    try:
        with _line() as line:
            line.settimeout(settings.CLAMAV_TIMEOUT)
            _send(line, content)
            reply = _reply(line)
    except OSError as error:
        raise Unseen(str(error)) from error
    finally:
        content.seek(0)
    if reply.endswith(" FOUND"):
        return reply.removeprefix("stream: ").removesuffix(" FOUND")
    if reply != "stream: OK":
        raise Unseen(reply)
    return ""


def answers() -> bool:
    """Return whether the scanner is there."""
    try:
        with _line() as line:
            line.sendall(b"zPING\0")
            return _reply(line) == "PONG"
    except OSError:
        return False


def _line() -> socket.socket:
    place = urlsplit(settings.CLAMAV_URL)
    if place.scheme == "tcp":
        return socket.create_connection((place.hostname or "", place.port or PORT), timeout=SOON)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(SOON)
    try:
        line.connect(place.path)
    except OSError:
        line.close()
        raise
    return line


def _send(line: socket.socket, content: IO[bytes]) -> None:
    try:
        line.sendall(b"zINSTREAM\0")
        while chunk := content.read(CHUNK):
            line.sendall(struct.pack("!I", len(chunk)) + chunk)
        line.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        # It hangs up at its limit, and has said so.
        return


def _reply(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < 4096 and (piece := line.recv(4096)):
        said += piece
    return said.rstrip(b"\0").decode("utf-8", "replace").strip()
