"""A clamd on loopback that speaks PING and INSTREAM, and finds harm in whatever holds its signature."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HARMFUL = b"harmful on purpose"
NAME = "Test.Harmful-1"


class Clamd:
    """The scanner. `seen` is what it was shown; above `limit` bytes it hangs up; while `hangs` it never answers."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        self.limit = 1024 * 1024
        self.hangs = False
        self.closing = threading.Event()


class _Conversation(socketserver.StreamRequestHandler):
    clamd: Clamd

    def handle(self) -> None:
        command = self.connection.recv(6)
        if command == b"zPING\0":
            self.wfile.write(b"PONG\0")
            return
        assert command + self.rfile.read(len(b"zINSTREAM\0") - len(command)) == b"zINSTREAM\0"
        content = b"".join(self.pieces())
        if self.clamd.hangs:
            self.clamd.closing.wait()
        elif len(content) > self.clamd.limit:
            self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
        else:
            self.clamd.seen.append(content)
            found = f"{NAME} FOUND" if HARMFUL in content else "OK"
            self.wfile.write(f"stream: {found}\0".encode())

    def pieces(self) -> Iterator[bytes]:
        left = self.clamd.limit
        while left >= 0 and (length := struct.unpack("!I", self.rfile.read(4))[0]):
            left -= length
            yield self.rfile.read(length)


@contextmanager
def running(socket_path: Path | None = None) -> Iterator[tuple[Clamd, str]]:
    """Run a scanner, on a port of its own or on a socket; yield it and its address."""
    clamd = Clamd()
    handler = type("Conversation", (_Conversation,), {"clamd": clamd})
    server: socketserver.BaseServer
    if socket_path is None:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        url = f"tcp://127.0.0.1:{server.server_address[1]}"
    else:
        server = socketserver.ThreadingUnixStreamServer(str(socket_path), handler)
        url = f"unix://{socket_path}"
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield clamd, url
    finally:
        clamd.closing.set()
        server.shutdown()
        server.server_close()
