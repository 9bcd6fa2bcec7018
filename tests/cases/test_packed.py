"""Archives are looked into as streams: what they really hold is counted, and a bomb costs no more than its limit."""

import bz2
import gzip
import hashlib
import io
import lzma
import os
import random
import stat
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
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


FILES = {"logs/a.log": TEXT, "logs/b.log": TEXT * 3, "empty.log": b"", "core.dmp": hashlib.shake_256(b"x").digest(9999)}
SIZE = sum(map(len, FILES.values()))


# --- What is taken ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_zip_is_counted_as_it_is(method: int) -> None:
    found = looked_into(zipped(FILES | {"logs/": b""}, method))
    assert found is not None
    assert (found.entries, found.bytes, found.unseen) == (5, SIZE, 0)


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_a_tar_is_read_with_names_of_any_length(mode: str, form: int) -> None:
    long = {"/".join(["folder"] * 12) + "/" + "n" * 90 + ".log": TEXT, **({"ä" * 120: TEXT} if form < 2 else {})}
    long = long if form != tarfile.USTAR_FORMAT else {"a/b.log": TEXT}
    found = looked_into(tarred(FILES | long, mode, format=form))
    assert found is not None
    assert found.entries == len(FILES | long) + (mode != "w")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_one_packed_file_may_be_of_several_streams(pack: Callable[[bytes], bytes]) -> None:
    found = looked_into(pack(TEXT) + pack(TEXT) + b"\0" * 700)
    assert found is not None
    assert found.bytes >= 2 * len(TEXT)


def test_a_bundle_of_compressed_tars_of_compressed_logs_is_taken() -> None:
    logs = tarred({"var/syslog.2.gz": gzip.compress(TEXT), "var/syslog": TEXT}, "w:gz")
    found = looked_into(zipped({"host-1.tar.gz": logs, "host-2.tar.gz": logs, "all.zip": zipped(FILES)}))
    assert found is not None
    assert found.entries == 3 + 2 * 4 + 4


def test_a_log_that_was_just_being_packed_does_not_spoil_the_others() -> None:
    cut_off = gzip.compress(os.urandom(9999))[:-20]
    for bundle in (
        zipped({"a.log.gz": cut_off, "b.log": TEXT}),
        tarred({"a.log.gz": cut_off, "b.log": TEXT}, "w:gz"),
        zipped({"a.zip": zipped(FILES)[:-40], "b.log": TEXT}),
        zipped({"a.tar": tarred(FILES)[:9000], "b.log": TEXT}),
    ):
        found = looked_into(bundle)
        assert found is not None
        assert found.unseen == 1
        assert refused(bundle, takes_unseen=False) is Reason.UNSEEN
    # What came before it is looked at all the same.
    assert refused(zipped({"a.gz": cut_off, "b.zip": zipped({"../x": TEXT})})) is Reason.LEADS_OUT


def test_a_large_zip_within_another_lies_in_the_folder_that_was_named(tmp_path: Path) -> None:
    bundle = zipped({"all.zip": zipped({"core.dmp": os.urandom(9 * 1024 * 1024)}, zipfile.ZIP_STORED)})
    for folder, unseen in ((tmp_path, 0), (tmp_path / "gone", 1)):
        found = looked_into(bundle, aside=str(folder))
        assert found is not None
        assert found.unseen == unseen
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_archive_is_left_alone() -> None:
    for content in (b"", TEXT, b"%PDF-1.7 " + TEXT):
        assert looked_into(content) is None


def test_what_nobody_can_look_into_is_said_and_taken_where_it_may_be() -> None:
    encrypted = bytearray(zipped({"secret.log": TEXT}))
    for sign, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        encrypted[encrypted.index(sign) + at] |= 1
    unseen = {
        "encrypted": bytes(encrypted),
        "7z": b"7z\xbc\xaf\x27\x1c" + b"\0" * 99,
        "rar within": zipped({"old.rar": b"Rar!\x1a\x07\x01\0" + b"\0" * 99}),
        "lzma": zipped({"a.log": TEXT}, zipfile.ZIP_LZMA),
    }
    for what, content in unseen.items():
        found = looked_into(content)
        assert found is not None, what
        assert found.unseen == 1, what
        assert refused(content, takes_unseen=False) is Reason.UNSEEN, what


# --- What is not ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../x", "a/../../x", "/etc/passwd", "..\\x", "a\\..\\..\\x", "C:\\x", "c:x", "\\\\host\\x", ".."]
)
def test_no_name_leads_out(name: str) -> None:
    assert refused(zipped({"a.log": b"", name: TEXT})) is Reason.LEADS_OUT
    assert refused(tarred({"a.log": b"", name: TEXT}, "w:gz")) is Reason.LEADS_OUT


def test_links_stay_within() -> None:
    inside = [("a/b/link", "../c.log"), ("link", "a.log"), ("a/link", "./x/../y")]
    outside = [("a/link", "../../x"), ("link", "/etc/shadow"), ("link", ".."), ("link", "C:\\Windows")]
    for name, target in inside:
        assert looked_into(linked(name, stat.S_IFLNK, target)) is not None
        assert looked_into(tarred_link(name, tarfile.SYMTYPE, target)) is not None
    assert looked_into(tarred_link("a/b", tarfile.LNKTYPE, "c/d")) is not None
    for name, target in outside:
        assert refused(linked(name, stat.S_IFLNK, target)) is Reason.LEADS_OUT
        assert refused(tarred_link(name, tarfile.SYMTYPE, target)) is Reason.LEADS_OUT
    assert refused(tarred_link("a/b", tarfile.LNKTYPE, "../x")) is Reason.LEADS_OUT


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_no_device_is_taken(kind: bytes) -> None:
    assert refused(tarred_link("dev", kind)) is Reason.LEADS_OUT
    assert refused(linked("dev", stat.S_IFBLK, "")) is Reason.LEADS_OUT


def test_no_program_hides_under_another_name() -> None:
    program = b"MZ" + TEXT
    assert looked_into(zipped({"setup.exe": program})) is not None
    assert refused(zipped({"bill.pdf": program})) is Reason.DISGUISED
    assert refused(zipped({"in.zip": zipped({"a.PNG": program})})) is Reason.DISGUISED
    assert refused(tarred({"x/bill.pdf": program}, "w:xz")) is Reason.DISGUISED
    assert refused(zipped({"bill.pdf.gz": gzip.compress(program)})) is Reason.DISGUISED


def test_more_files_than_may_be_are_not_taken() -> None:
    many = {f"{number}.log": b"x" for number in range(11)}
    for archive in (
        zipped(many),
        tarred(many),
        zipped({"in.zip": zipped(many)}),
        zipped({"in.gz": tarred(many, "w:gz")}),
    ):
        assert refused(archive, most_entries=10) is Reason.TOO_MANY
        assert looked_into(archive, most_entries=13) is not None


@pytest.mark.parametrize(("pack", "most"), [(bz2.compress, 16), (lzma.compress, 4)])
def test_what_is_slow_to_look_into_ends_sooner(pack: Callable[[bytes], bytes], most: int) -> None:
    packed = pack(TEXT)
    assert looked_into(packed, most_bytes=len(TEXT) * most) is not None
    assert refused(packed, most_bytes=len(TEXT) * most - 1) is Reason.TOO_SLOW
    assert looked_into(gzip.compress(TEXT), most_bytes=len(TEXT)) is not None


def test_what_breaks_off_or_lies_is_not_taken() -> None:
    whole = zipped(FILES)
    lying = bytearray(zipped({"a.log": TEXT}))
    at = lying.index(b"PK\1\2")
    lying[at + 24 : at + 28] = struct.pack("<I", 10)
    for broken in (
        whole[:-40],
        bytes(lying),
        b"PK\3\4" + whole[4:].replace(b"PK\3\4", b"PK\7\7"),
        gzip.compress(TEXT)[:-20],
        gzip.compress(TEXT) + b"and more",
        bz2.compress(TEXT)[:-5],
        lzma.compress(TEXT)[:-5],
        tarred(FILES)[:3000],
        tarred(FILES).replace(b"logs/b.log", b"logs/c.log", 1),
        b"\x1f\x8b",
    ):
        assert refused(broken) is Reason.BROKEN


def test_nothing_that_was_altered_anywhere_does_anything_else_than_be_refused() -> None:
    dice = random.Random(7)  # noqa: S311 - the same each time
    for whole in (zipped(FILES), tarred(FILES), tarred(FILES, "w:gz"), zipped({"a.zip": zipped(FILES)})):
        for _ in range(150):
            altered = bytearray(whole)
            for _bit in range(dice.randint(1, 6)):
                altered[dice.randrange(len(altered))] = dice.randrange(256)
            try:
                looked_into(bytes(altered))
            except Unfit as unfit:
                assert unfit.reason in Reason  # noqa: PT017 - any of them, and nothing else


# --- Bombs ------------------------------------------------------------------------------------------------------------


ZEROS = b"\0" * (16 * MB)


@cache
def a_gigabyte() -> bytes:
    """Return a gigabyte of zeros, deflated."""
    machine = zlib.compressobj(1, zlib.DEFLATED, -15)
    return b"".join(machine.compress(ZEROS) for _ in range(64)) + machine.flush()


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


def deflated(content: bytes) -> bytes:
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return machine.compress(content) + machine.flush()


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
