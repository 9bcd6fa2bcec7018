"""What is packed as a stream: unpacked piece by piece, counted, and thrown away."""

import posixpath
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cases.packed.looking import CHUNK, Look, Opener, Readable

# How many times as long as zlib the others take for a byte of a log.
XZ_SLOWNESS, BZIP2_SLOWNESS = 4, 16
# What one stream of several costs at least, however little comes out of it.
STREAM_COST = 16 * 1024


class Machine(Protocol):
    """What unpacks a stream, no more at once than it is asked for."""

    @property
    def eof(self) -> bool:
        """Return whether the stream has ended."""

    @property
    def unused_data(self) -> bytes:
        """Return what came behind its end."""

    @property
    def needs_input(self) -> bool:
        """Return whether nothing is left of what it was given."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return what comes out next."""


@dataclass(frozen=True)
class Way:
    """A way to pack: what undoes it, and how slow that is."""

    machine_of: Callable[[], Machine]
    slowness: int = 1


class Deflated:
    """zlib's machine, with the manners of the others."""

    def __init__(self, window: int) -> None:
        self._machine = zlib.decompressobj(window)

    @property
    def eof(self) -> bool:
        """Return whether the stream has ended."""
        return self._machine.eof

    @property
    def unused_data(self) -> bytes:
        """Return what came behind its end."""
        return self._machine.unused_data

    @property
    def needs_input(self) -> bool:
        """Return whether nothing is left of what it was given."""
        return not self._machine.unconsumed_tail

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return what comes out next."""
        return self._machine.decompress(self._machine.unconsumed_tail + data, max_length)


class Unpacked:
    """What comes out of a packed stream, or of several behind each other; counted."""

    def __init__(self, source: Readable, way: Way, look: Look, *, several: bool) -> None:
        self._source, self._way, self._look, self._several = source, way, look, several
        self._machine = way.machine_of()
        self._given = b""

    def read(self, size: int, /) -> bytes:
        """Return `size` bytes, and fewer only at the end.

        Raises:
            EOFError: the stream breaks off.
        """
        out = bytearray()
        while len(out) < size and not self._has_ended():
            given, self._given = self._given, b""
            if not given and self._machine.needs_input:
                given = self._source.read(CHUNK)
            got = self._machine.decompress(given, min(size - len(out), CHUNK))
            if not (given or got or self._machine.eof):
                raise EOFError
            self._look.spend(len(got), self._way.slowness)
            out += got
        return bytes(out)

    def _has_ended(self) -> bool:
        """Return whether nothing more comes; where another stream follows, go on with it."""
        if not self._machine.eof:
            return False
        # Zeros behind a stream fill its last block up.
        left = self._machine.unused_data.lstrip(b"\0")
        while self._several and not left and (chunk := self._source.read(CHUNK)):
            left = chunk.lstrip(b"\0")
        if not (self._several and left):
            self._several = False
            return True
        self._look.spend(STREAM_COST)
        self._machine, self._given = self._way.machine_of(), left
        return False


class Counted:
    """What is not packed, and counts all the same."""

    def __init__(self, source: Readable, look: Look) -> None:
        self._source, self._look = source, look

    def read(self, size: int, /) -> bytes:
        """Return `size` bytes, and fewer only at the end."""
        got = self._source.read(size)
        self._look.spend(len(got))
        return got


def a_stream(way: Way) -> Opener:
    """Return what looks into one file that is packed by itself."""

    def open_stream(source: Readable, name: str, look: Look, depth: int) -> None:
        look.enter("")
        within = posixpath.splitext(name)[0]
        look.at(Unpacked(source, way, look, several=True), within, depth + 1)

    return open_stream
