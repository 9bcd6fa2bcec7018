"""A ZIP that is handed out while it is written: whatever its size, it takes the memory of one part."""

import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from errno import EEXIST
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.db.models.fields.files import FieldFile

READ_BYTES = 256 * 1024
# What stays as it is in the name of a file; the rest could lead out of the folder that it is unpacked to.
PLAIN = re.compile(r"[^\w.()+ -]")


class Archive:
    """A ZIP that is handed out as it is written."""

    def __init__(self, now: datetime) -> None:
        self.written = _Written()
        self.zip = ZipFile(self.written, "w")
        self.now = now

    def put(self, name: str, parts: Iterable[bytes], *, packed: int = ZIP_DEFLATED) -> Iterator[bytes]:
        """Write one file, and yield what came of it."""
        info = ZipInfo(name, date_time=self.now.timetuple()[:6])
        info.compress_type = packed
        with self.zip.open(info, "w", force_zip64=True) as entry:
            for part in parts:
                entry.write(part)
                yield from self.written.taken()
        yield from self.written.taken()

    def end(self) -> Iterator[bytes]:
        """Yield the table of contents."""
        self.zip.close()
        yield from self.written.taken()


class _Written(io.RawIOBase):
    """What was written and not handed out yet. It cannot be wound back, which tells `zipfile` to do without."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self.waiting += part
        return len(part)

    def taken(self) -> Iterator[bytes]:
        """Yield what waits, if anything does."""
        if self.waiting:
            part, self.waiting = bytes(self.waiting), bytearray()
            yield part


def content_of(stored: FieldFile) -> Iterator[bytes]:
    """Yield what a stored file holds, part by part."""
    with stored.open("rb") as content:
        yield from iter(partial(content.read, READ_BYTES), b"")


def plain_name(name: str) -> str:
    """Return a name that leads nowhere when it is unpacked."""
    return PLAIN.sub("_", name)


def write(file: Path, parts: Iterable[bytes]) -> None:
    """Write a ZIP to a file that only its owner may read; it appears once it is whole.

    Raises:
        OSError: it is there already, or could not be written.
    """
    if file.exists():
        raise FileExistsError(EEXIST, "it is there already, name another", str(file))
    being_written = file.with_name(f"{file.name}.part")
    try:
        with being_written.open("wb") as target:
            being_written.chmod(0o600)
            for part in parts:
                target.write(part)
        being_written.rename(file)
    finally:
        being_written.unlink(missing_ok=True)
