"""ZIP files: the list of what is in one is read by the library, and each entry is counted as it really is."""

import bz2
import stat
import struct
import tempfile
import zlib
from typing import IO, cast
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from cases.packed.looking import CHUNK, ENTRY_COST, Entry, Look, Readable, Reason, Unfit
from cases.packed.streams import BZIP2_SLOWNESS, Counted, Deflated, Unpacked, Way

# A ZIP is read from its end, so one within another is put aside for a moment, if it is no larger than that.
MOST_ASIDE = 256 * 1024 * 1024
IN_MEMORY = 8 * 1024 * 1024
# What its list may hold for each entry, and a path that an entry links to.
MOST_LISTED = 512
MOST_LINKED = 4096
DEVICES = (stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK)
METHODS = {
    ZIP_DEFLATED: Way(lambda: Deflated(-zlib.MAX_WBITS)),
    ZIP_BZIP2: Way(bz2.BZ2Decompressor, BZIP2_SLOWNESS),
}


def look_into_zip(source: Readable, name: str, look: Look, depth: int) -> None:
    """Look into a ZIP file."""
    if not isinstance(source, Entry):
        _look_into(cast("IO[bytes]", source), look, depth)
        return
    with tempfile.SpooledTemporaryFile(IN_MEMORY, dir=look.limits.aside) as aside:
        while chunk := source.read(CHUNK):
            if aside.tell() > MOST_ASIDE:
                raise Unfit(Reason.TOO_DEEP, name)
            aside.write(chunk)
        _look_into(cast("IO[bytes]", aside), look, depth)


def _look_into(file: IO[bytes], look: Look, depth: int) -> None:
    listed = _Listed(file, max(look.limits.most_entries * MOST_LISTED, 2 * CHUNK))
    entries = sorted(ZipFile(cast("IO[bytes]", listed)).infolist(), key=lambda one: one.header_offset)
    look.toil(len(entries) * ENTRY_COST)
    look.announce(len(entries))
    file.seek(0, 2)
    size, end = file.tell(), 0
    for one in entries:
        start = _start_of(file, one)
        # Entries that share their bytes are how a small file holds endlessly much.
        if one.header_offset < end or start + one.compress_size > size:
            raise Unfit(Reason.BROKEN, one.filename)
        end = start + one.compress_size
        _look_at_entry(_Within(file, start, one.compress_size), one, look, depth)


class _Listed:
    """A file of which no more is read at once than a list of entries may hold."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file, self._most = file, most
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1, /) -> bytes:
        got = self._file.read(self._most + 1 if size < 0 else min(size, self._most + 1))
        if len(got) > self._most:
            raise Unfit(Reason.TOO_MANY)
        return got


class _Within:
    """Some bytes of a file in which others move about."""

    def __init__(self, file: IO[bytes], start: int, size: int) -> None:
        self._file, self._at, self._end = file, start, start + size

    def read(self, size: int, /) -> bytes:
        self._file.seek(self._at)
        got = self._file.read(min(size, self._end - self._at))
        self._at += len(got)
        return got


def _start_of(file: IO[bytes], one: ZipInfo) -> int:
    """Return where the content of an entry begins."""
    file.seek(one.header_offset)
    signature, names, extra = struct.unpack("<4s22xHH", file.read(30))
    if signature != b"PK\3\4":
        raise Unfit(Reason.BROKEN, one.filename)
    return int(one.header_offset + 30 + names + extra)


def _look_at_entry(packed: Readable, one: ZipInfo, look: Look, depth: int) -> None:
    name, mode = one.orig_filename, one.external_attr >> 16
    way = METHODS.get(one.compress_type)
    is_encrypted = bool(one.flag_bits & 1)
    if is_encrypted or (way is None and one.compress_type != ZIP_STORED):
        look.enter(name)
        look.spend(max(one.file_size, one.compress_size))
        look.pass_over(name)
        return
    content: Readable = Counted(packed, look)
    if way is not None and one.compress_size:
        content = Unpacked(packed, way, look, several=False)
    if stat.S_ISLNK(mode):
        look.enter(name, content.read(MOST_LINKED).decode(errors="replace"))
        return
    if stat.S_IFMT(mode) in DEVICES:
        raise Unfit(Reason.LEADS_OUT, name)
    look.enter(name)
    # Otherwise the list says something else than what comes out: whoever trusts it is in for more.
    if look.at(content, name, depth + 1) != one.file_size:
        raise Unfit(Reason.BROKEN, name)
