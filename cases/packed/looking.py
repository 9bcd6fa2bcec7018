"""How far an archive is looked into, what was found so far, and why one is not taken."""

import lzma
import posixpath
import re
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from tarfile import HeaderError
from typing import Protocol
from zipfile import BadZipFile

BLOCK = 512
CHUNK = 64 * 1024
# Archives in archives: a bundle of machines, of compressed tars, of compressed logs.
MOST_DEEP = 5
# However well it packs: so much is looked at without asking whether that is likely.
ALWAYS = 100 * 1024 * 1024
# How long it takes to read of an entry, in bytes of the quickest way to pack.
ENTRY_COST = 4096
# Programs. A script is text, and no secret.
RUNS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe")


# What libraries say of an archive that breaks off, or is none.
UNREADABLE = (
    *(BadZipFile, HeaderError, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, OSError, ValueError, NotImplementedError),
)


class Reason(Enum):
    """Why an archive is not taken."""

    TOO_LARGE = "too large"
    TOO_MANY = "too many"
    TOO_DEEP = "too deep"
    TOO_SLOW = "too slow"
    BROKEN = "broken"
    LEADS_OUT = "leads out"
    DISGUISED = "disguised"
    UNSEEN = "unseen"
    TOGETHER = "together"


class Unfit(Exception):
    """An archive that is not taken, and the entry that is the reason, where there is one."""

    def __init__(self, reason: Reason, name: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.name = "".join(char for char in name if char.isprintable())[-80:]


class Readable(Protocol):
    """Something to read on from."""

    def read(self, size: int, /) -> bytes:
        """Return `size` bytes, and fewer only at the end."""


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold, and how many times its own size once that is much.

    `shown` are endings of files that are opened to be read, so that none of them is a program. `aside` is the folder in
    which a ZIP within another archive lies for that moment, unnamed; without one the system's, which may be memory.
    """

    most_bytes: int
    most_entries: int
    most_ratio: int
    takes_unseen: bool
    shown: frozenset[str]
    aside: str | None = None

    def likely(self, size: int) -> int:
        """Return how many bytes may come out of so many."""
        return min(self.most_bytes, max(ALWAYS, size * self.most_ratio))


@dataclass
class Tally:
    """What was counted: bytes that came out, entries, and how long it took, in bytes of the quickest way to pack."""

    bytes: int = 0
    entries: int = 0
    work: int = 0


@dataclass
class Together(Tally):
    """What was counted in files that came together, such as with one mail. They may cost what one of their size may."""

    sent: int = 0


class Look(Tally):
    """A look into one archive and all that are in it, of files that came `together`."""

    def __init__(self, limits: Limits, beginnings: "Beginnings", together: Together, *, size: int) -> None:
        super().__init__()
        self.limits = limits
        self.unseen = 0
        self._beginnings = beginnings
        self._together = together
        self._most_bytes, self._most_bytes_together = limits.likely(size), limits.likely(together.sent)

    def spend(self, size: int, slowness: int = 1) -> None:
        """Count what comes out of it, and how long that takes."""
        self.bytes += size
        self._together.bytes += size
        if self.bytes > self._most_bytes:
            raise Unfit(Reason.TOO_LARGE)
        self.toil(size * slowness)

    def toil(self, work: int) -> None:
        """Count how long something takes of which nothing comes out."""
        self.work += work
        self._together.work += work
        if self.work > self.limits.most_bytes:
            raise Unfit(Reason.TOO_SLOW)
        self.require_rest()

    def enter(self, name: str, target: str | None = None) -> None:
        """Count an entry whose name stays within the archive, as does what it links to, seen from where it is."""
        self.announce(1)
        self.entries += 1
        self._together.entries += 1
        if leads_out(name) or (target is not None and leads_out(target, seen_from=posixpath.dirname(name))):
            raise Unfit(Reason.LEADS_OUT, name)

    def announce(self, entries: int) -> None:
        """Refuse so many more entries than there are, if they are too many."""
        if self.entries + entries > self.limits.most_entries:
            raise Unfit(Reason.TOO_MANY)
        if self._together.entries + entries > self.limits.most_entries:
            raise Unfit(Reason.TOGETHER)

    def require_rest(self) -> None:
        """Refuse to go on once those that came together took what they may."""
        spent = self._together
        if spent.bytes > self._most_bytes_together or spent.work > self.limits.most_bytes:
            raise Unfit(Reason.TOGETHER)

    def pass_over(self, name: str) -> None:
        """Count an entry that nobody can look into."""
        self.unseen += 1
        if not self.limits.takes_unseen:
            raise Unfit(Reason.UNSEEN, name)

    def at(self, source: Readable, name: str, depth: int) -> int:
        """Look at one entry to its end, and into it if it is an archive. Returns how long it was."""
        entry = Entry(source)
        if entry.head.startswith(RUNS) and posixpath.splitext(name.lower())[1] in self.limits.shown:
            raise Unfit(Reason.DISGUISED, name)
        opens = self.opener_of(entry.head)
        if opens is not None:
            if depth >= MOST_DEEP:
                raise Unfit(Reason.TOO_DEEP, name)
            try:
                opens(entry, name, self, depth)
            except UNREADABLE:
                # A log that was being packed when somebody gathered it is no reason to refuse the others.
                self.pass_over(name)
        while entry.read(CHUNK):
            pass
        return entry.size

    def opener_of(self, head: bytes) -> "Opener | None":
        """Return what opens a file that begins so, or None where it is no archive."""
        openers = self._beginnings.items()
        return next((opener for (at, sign), opener in openers if head.startswith(sign, at)), None)


class Entry:
    """One entry: its first bytes were looked at, and it knows how many there were."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self.head = self._ahead = source.read(BLOCK)
        self.size = len(self.head)

    def read(self, size: int, /) -> bytes:
        """Return `size` bytes, and fewer only at the end."""
        ahead, self._ahead = self._ahead[:size], self._ahead[size:]
        got = self._source.read(size - len(ahead)) if len(ahead) < size else b""
        self.size += len(got)
        return ahead + got


# Looks into an archive: what to read from, what it is called, how it is counted, and how deep it is.
Opener = Callable[[Readable, str, Look, int], None]
# By where it has which bytes.
Beginnings = Mapping[tuple[int, bytes], Opener]


def leads_out(path: str, seen_from: str = "") -> bool:
    """Return whether a path, of whatever system, leads out of where it is unpacked."""
    path = path.replace("\\", "/")
    if path.startswith("/") or re.match("[A-Za-z]:", path):
        return True
    return posixpath.normpath(posixpath.join(seen_from, path)).split("/")[0] == ".."
