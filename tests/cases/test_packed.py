"""Archives are looked into as streams: what they really hold is counted, and what hides or lies is refused."""

import bz2
import gzip
import hashlib
import lzma
import os
import random
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cases.packed import Reason, Unfit
from tests.cases.packing import TEXT, linked, looked_into, refused, tarred, tarred_link, zipped

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
