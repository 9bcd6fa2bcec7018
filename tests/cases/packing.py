"""Archives to look into, sound and otherwise, and how they are looked into."""

import io
import struct
import tarfile
import zipfile
import zlib
from dataclasses import replace
from typing import Any

import pytest

from cases.packed import Limits, Look, Reason, Together, Unfit, look_into

MB = 1024 * 1024
LIMITS = Limits(
    most_bytes=64 * MB,
    most_entries=1000,
    most_ratio=200,
    takes_unseen=True,
    shown=frozenset({".log", ".pdf", ".zip", ".png"}),
)
TEXT = b"2026-11-24 error 1603: the disk is full\n" * 200


def looked_into(content: bytes, together: Together | None = None, **limits: Any) -> Look | None:
    file = io.BytesIO(content)
    try:
        return look_into(file, replace(LIMITS, **limits), together or Together())
    finally:
        assert file.tell() == 0


def refused(content: bytes, together: Together | None = None, **limits: Any) -> Reason:
    with pytest.raises(Unfit) as unfit:
        looked_into(content, together, **limits)
    return unfit.value.reason


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def linked(name: str, mode: int, target: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        one = zipfile.ZipInfo(name)
        one.external_attr = (mode | 0o777) << 16
        archive.writestr(one, target)
    return made.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w", **how: Any) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode, **how) as archive:  # type: ignore[call-overload] # a mode of its own
        for name, content in files.items():
            one = tarfile.TarInfo(name)
            one.size = len(content)
            archive.addfile(one, io.BytesIO(content))
    return made.getvalue()


def tarred_link(name: str, kind: bytes, target: str = "") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        one = tarfile.TarInfo(name)
        one.type, one.linkname = kind, target
        archive.addfile(one)
    return made.getvalue()


def zip_of(packed: bytes, size: int, copies: int = 1) -> bytes:
    """Return a ZIP that holds `packed` once, under entries of which the list says that they are so long."""
    sizes = struct.pack("<HHHIII", 8, 0, 0, 0, len(packed), size)
    kept = struct.pack("<4sHH", b"PK\3\4", 20, 0) + sizes + struct.pack("<HH", 1, 0) + b"a" + packed
    one = struct.pack("<4sHHH", b"PK\1\2", 20, 20, 0) + sizes + struct.pack("<HHHHHII", 1, 0, 0, 0, 0, 0, 0) + b"a"
    counted = copies % 65536
    return (
        kept
        + one * copies
        + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, counted, counted, len(one) * copies, len(kept), 0)
    )


def deflated(content: bytes) -> bytes:
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return machine.compress(content) + machine.flush()
