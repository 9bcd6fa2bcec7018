"""A bomb among archives costs no more than its limit, and many that come together no more than one."""

import bz2
import gzip
import io
import lzma
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cases.packed import Reason, Together, Unfit, look_into
from tests.cases.packing import LIMITS, MB, deflated, looked_into, refused, tarred, zip_of, zipped

ZEROS = b"\0" * (16 * MB)


@cache
def a_gigabyte() -> bytes:
    """Return a gigabyte of zeros, deflated."""
    machine = zlib.compressobj(1, zlib.DEFLATED, -15)
    return b"".join(machine.compress(ZEROS) for _ in range(64)) + machine.flush()


def quine_like() -> bytes:
    """Return archives in archives, without an end that anybody would see."""
    inner = zipped({"0": b"\0" * 1000})
    for depth in range(20):
        inner = zipped({f"{depth}-{copy}.zip": inner for copy in range(2)})
    return inner


def header(kind: bytes, size: int) -> bytes:
    one = tarfile.TarInfo("x")
    one.type, one.size = kind, size
    return one.tobuf(tarfile.GNU_FORMAT)


def sparse() -> bytes:
    """Return the header of a file with holes, of which blocks tell that follow."""
    block = bytearray(header(b"S", 0))
    block[482], block[148:156] = 1, b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def wordy() -> bytes:
    """Return an entry of which nearly everything is said that can be."""
    said = b"5 a=\n" * 13_000
    return header(tarfile.XHDTYPE, len(said)) + said + b"\0" * (-len(said) % 512) + header(b"0", 0)


BOMBS: dict[str, tuple[Reason, Callable[[], bytes]]] = {
    "a gigabyte": (Reason.TOO_LARGE, lambda: zip_of(a_gigabyte(), 1024 * MB)),
    "a gigabyte that says it is ten bytes": (Reason.TOO_LARGE, lambda: zip_of(a_gigabyte(), 10)),
    "a gigabyte in a ZIP": (Reason.TOO_LARGE, lambda: zipped({"in.zip": zip_of(a_gigabyte(), 1024 * MB)})),
    "a gigabyte, gzipped": (Reason.TOO_LARGE, lambda: gzip.compress(ZEROS) * 64),
    "a gigabyte, gzipped twice": (Reason.TOO_LARGE, lambda: gzip.compress(gzip.compress(ZEROS) * 64)),
    "a gigabyte by bzip2": (Reason.TOO_LARGE, lambda: bz2.compress(ZEROS) * 64),
    "a gigabyte by xz": (Reason.TOO_LARGE, lambda: lzma.compress(ZEROS, preset=0) * 64),
    "entries that share their bytes": (Reason.BROKEN, lambda: zip_of(deflated(ZEROS), len(ZEROS), 500)),
    "archives without an end": (Reason.TOO_DEEP, quine_like),
    "a million empty streams": (Reason.TOO_LARGE, lambda: gzip.compress(b"") * 1_000_000),
    "a million entries": (Reason.TOO_MANY, lambda: zip_of(deflated(b""), 0, 1_000_000)),
    "a million headers": (Reason.TOO_MANY, lambda: gzip.compress(header(b"0", 0) * 100_000, 1) * 10),
    "a name of a gigabyte": (Reason.BROKEN, lambda: gzip.compress(header(b"L", 1024 * MB)) + gzip.compress(ZEROS) * 64),
    "headers of headers": (Reason.BROKEN, lambda: gzip.compress((header(b"L", 9) + b"n" * 512) * 9999, 1) * 50),
    "a map of holes": (Reason.TOO_LARGE, lambda: gzip.compress(sparse() + (b"\1" * 512) * 99_999, 1) * 9),
    "headers of thousands of words": (Reason.TOO_SLOW, lambda: gzip.compress(wordy() * 400, 1)),
    "a hole of a terabyte": (
        Reason.TOO_LARGE,
        lambda: tarred({"x": b""}, format=tarfile.PAX_FORMAT, pax_headers={"GNU.sparse.realsize": str(2**40)}),
    ),
}


LOOKING = """
import resource, sys
from cases.packed import Limits, Together, Unfit, look_into
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        try:
            look_into(file, Limits(4 * 2**30, 10_000, 200, True, frozenset()), Together())
            print("taken")
        except Unfit as unfit:
            print(unfit.reason.name)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_bomb_is_refused_and_takes_no_memory(tmp_path: Path) -> None:
    for number, (_reason, make) in enumerate(BOMBS.values()):
        (tmp_path / f"{number:02}").write_bytes(make())
    names = [str(path) for path in sorted(tmp_path.iterdir())]
    # In a process of its own, as that tells how much memory was ever taken.
    looked = subprocess.run([sys.executable, "-c", LOOKING, *names], capture_output=True, text=True, check=True)
    *reasons, kilobytes = looked.stdout.split()
    assert dict(zip(BOMBS, reasons, strict=True)) == {name: reason.name for name, (reason, _make) in BOMBS.items()}
    assert int(kilobytes) < 150 * 1024


def test_what_it_costs_to_refuse_one_is_bounded_by_what_comes_out(tmp_path: Path) -> None:
    file = io.BytesIO(zip_of(a_gigabyte(), 10))
    read = 0

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            nonlocal read
            got = super().read(size)
            read += len(got)
            return got

    with pytest.raises(Unfit):
        look_into(Watched(file.getvalue()), LIMITS, Together())
    # Sixteen times as much would have come out.
    assert read < len(file.getvalue()) / 8


# --- Several that come together ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pack", "slowness"), [(gzip.compress, 1), (lzma.compress, 4), (bz2.compress, 16)])
def test_many_bombs_together_cost_no_more_than_one(pack: Callable[[bytes], bytes], slowness: int) -> None:
    together, bomb = Together(), pack(b"\0" * 2 * MB)
    assert looked_into(bomb, together) is not None
    reasons = [reason_of(bomb, together) for _ in range(100)]
    assert set(reasons) == {None, Reason.TOGETHER}
    assert reasons[-1] is Reason.TOGETHER
    # Counting ends with the piece that is one too many.
    assert together.bytes * slowness <= together.work <= LIMITS.most_bytes + 64 * 1024 * slowness


def reason_of(content: bytes, together: Together) -> Reason | None:
    try:
        looked_into(content, together)
    except Unfit as unfit:
        return unfit.reason
    return None


def test_what_is_sent_together_unpacks_to_no_more_than_is_likely_of_all_of_it() -> None:
    together, half = Together(), gzip.compress(b"\0" * 60 * MB)
    much: dict[str, Any] = {"most_bytes": 1024 * MB}
    assert looked_into(half, together, **much) is not None
    assert refused(half, together, **much) is Reason.TOGETHER
    # By itself it may.
    assert looked_into(half, **much) is not None


def test_what_comes_together_holds_no_more_files_than_one_may() -> None:
    many = {f"{number}.log": b"" for number in range(6)}
    for first, second in [(zipped(many), tarred(many)), (tarred(many), zipped(many))]:
        together = Together()
        assert looked_into(first, together, most_entries=10) is not None
        assert refused(second, together, most_entries=10) is Reason.TOGETHER
        assert looked_into(second, most_entries=10) is not None


def test_what_is_refused_counts_too() -> None:
    together = Together()
    lists = zip_of(deflated(b""), 0, 1001)
    reasons = [refused(gzip.compress(lists), together) for _ in range(40)]
    assert reasons[0] is Reason.TOO_MANY
    assert reasons[-1] is Reason.TOGETHER
