"""tar files, as they stream by: the library reads a header, and nothing is believed of how much follows it.

`tarfile` itself takes whatever a header announces into memory, and follows headers of headers without an end.
"""

import posixpath
import re
import tarfile

from cases.packed.looking import BLOCK, ENTRY_COST, Look, Readable, Reason, Unfit

# What may be said ahead of an entry, such as a long name.
MOST_SAID = 64 * 1024
MOST_AHEAD = 8
# What a block costs that tells where the parts of a file with holes go.
HOLES_COST = 4096
# How long one word of those takes that are said ahead of an entry.
WORD_COST = 1024
WORD = re.compile(rb"(\d{1,7}) ([^=]+)=")
SAYS_AHEAD = {
    **dict.fromkeys((tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE), ""),
    tarfile.GNUTYPE_LONGNAME: "path",
    tarfile.GNUTYPE_LONGLINK: "linkpath",
}
LINKS = (tarfile.SYMTYPE, tarfile.LNKTYPE)
DEVICES = (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)


def look_into_tar(source: Readable, name: str, look: Look, depth: int) -> None:
    """Look into a tar file."""
    said: dict[str, str] = {}
    ahead = 0
    while (header := _header(source, look)) is not None:
        if header.type in SAYS_AHEAD:
            ahead += 1
            if ahead > MOST_AHEAD:
                raise Unfit(Reason.BROKEN)
            said |= _said_ahead(SAYS_AHEAD[header.type], _padded(source, header.size), look)
            continue
        entry = said.get("GNU.sparse.name", said.get("path", header.name))
        size = int(said.get("size", header.size))
        # A file with holes becomes larger than what is kept of it.
        whole = int(said.get("GNU.sparse.realsize", said.get("GNU.sparse.size", size)))
        if size < 0:
            raise ValueError
        look.spend(max(0, whole - size))
        look.enter(entry, _target_of(header, entry, said.get("linkpath", header.linkname)))
        if header.type in DEVICES:
            raise Unfit(Reason.LEADS_OUT, entry)
        if header.type in tarfile.REGULAR_TYPES or header.type not in tarfile.SUPPORTED_TYPES:
            _look_at_content(source, entry, size, look, depth)
        said, ahead = {}, 0


def _target_of(header: tarfile.TarInfo, entry: str, target: str) -> str | None:
    """Return what an entry links to, seen from where it is. A hard link names it from the top."""
    if header.type == tarfile.LNKTYPE and not target.startswith("/"):
        return posixpath.relpath(target, posixpath.dirname(entry) or ".")
    return target if header.type in LINKS else None


def _look_at_content(source: Readable, name: str, size: int, look: Look, depth: int) -> None:
    part = _Part(source, size)
    look.at(part, name, depth + 1)
    if part.left:
        raise EOFError
    source.read(-size % BLOCK)


class _Part:
    """The next bytes of a stream."""

    def __init__(self, source: Readable, size: int) -> None:
        self._source, self.left = source, size

    def read(self, size: int, /) -> bytes:
        got = self._source.read(min(size, self.left))
        self.left -= len(got)
        return got


def _header(source: Readable, look: Look) -> tarfile.TarInfo | None:
    """Return the next header, or None at the end."""
    block = source.read(BLOCK)
    if not block.strip(b"\0"):
        return None
    look.toil(ENTRY_COST)
    header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    if header.size < 0:
        raise ValueError
    if header.type == tarfile.GNUTYPE_SPARSE:
        whole = int(tarfile.nti(block[483:495]))  # type: ignore[attr-defined] # the stubs lack it
        look.spend(max(0, whole - header.size))
        # Where the parts of a file with holes go may be told in blocks of their own.
        goes_on = block[482]
        while goes_on:
            look.spend(HOLES_COST)
            goes_on = _padded(source, BLOCK)[504]
    return header


def _padded(source: Readable, size: int) -> bytes:
    if size > MOST_SAID:
        raise Unfit(Reason.BROKEN)
    content = source.read(size + -size % BLOCK)
    if len(content) < size:
        raise EOFError
    return content[:size]


def _said_ahead(name: str, content: bytes, look: Look) -> dict[str, str]:
    """Return what is said of the entry that follows: one thing by its `name`, or a list of them."""
    if name:
        return {name: _text(content.rstrip(b"\0"))}
    said, at = {}, 0
    while match := WORD.match(content, at):
        look.toil(WORD_COST)
        end = at + int(match[1])
        if not match.end() < end <= len(content):
            raise ValueError
        said[_text(match[2])] = _text(content[match.end() : end - 1])
        at = end
    return said


def _text(said: bytes) -> str:
    return said.decode(errors="replace")
