"""Large files by HTTP: progress, resuming, checksums, memory; previews; the ordinary form (P7.1)."""

import gc
import gzip
import lzma
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.test.client import FakePayload

from cases.models import Attachment, Case, PartialUpload
from tests.builders import Cast, at, close, text_file
from tests.cases.pages import browser_of, clock_at, get, html_of, nothing_is_written, post, read, words_of
from tests.diagnostics import ask_for_logs
from tests.uploads import ask_to_begin, checksum, head, patch

pytestmark = pytest.mark.clause("P7.1")
NOON = at("Tue 12:00")
THEIRS = "/cases/NWIT-1/"
NULLS = b"\0" * 9000
DESK = "/desk/cases/NWIT-1/"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def portal(people: Cast, case: Case) -> Client:
    return browser_of(people.priya, NOON)


def finish(browser: Client, page: str, *addresses: str) -> Any:
    ids = [address.rstrip("/").rpartition("/")[2] for address in addresses]
    return post(browser, page + "uploads/finish/", {"upload": ids}, NOON)


def begin(browser: Client, name: str = "trace.log", size: int = 10, page: str = THEIRS) -> str:
    response = ask_to_begin(browser, page, NOON, name, size)
    assert response.status_code == 201, response.content
    return str(response["Location"])


# --- The protocol -----------------------------------------------------------------------------------------------------


def test_a_file_from_its_first_piece_to_its_place(portal: Client, case: Case) -> None:
    address = begin(portal)
    assert head(portal, address, NOON)["Upload-Offset"] == "0"
    assert patch(portal, address, NOON, 0, b"12345").status_code == 204
    there = head(portal, address, NOON)
    assert (there["Upload-Offset"], there["Upload-Length"], there["Cache-Control"]) == ("5", "10", "no-store")
    assert there["Tus-Resumable"] == "1.0.0"
    assert patch(portal, address, NOON, 5, b"67890")["Upload-Offset"] == "10"
    assert finish(portal, THEIRS, address).json() == {"address": THEIRS}
    page = words_of(get(portal, THEIRS, NOON))
    assert "The file is part of the case." in page
    assert "added a file: trace.log" in page
    sha256 = case.attachments.get().sha256
    assert sha256[:12] in page
    assert sha256 in html_of(get(portal, THEIRS, NOON))


def test_staff_send_by_their_own_address(people: Cast, case: Case) -> None:
    desk = browser_of(people.lena, NOON)
    address = begin(desk, page=DESK)
    assert address.startswith(DESK)
    patch(desk, address, NOON, 0, b"1234567890")
    assert finish(desk, DESK, address).json() == {"address": DESK}


def test_the_wrong_offset_is_answered_with_the_right_one(portal: Client) -> None:
    address = begin(portal)
    patch(portal, address, NOON, 0, b"12345")
    response = patch(portal, address, NOON, 0, b"12345")
    assert (response.status_code, response["Upload-Offset"]) == (409, "5")
    assert b"Go on from there" in response.content


def test_a_piece_that_changed_on_its_way_is_refused(portal: Client) -> None:
    address = begin(portal)
    wrong = patch(portal, address, NOON, 0, b"12345", **{"Upload-Checksum": checksum(b"54321")})
    assert (wrong.status_code, wrong["Upload-Offset"]) == (460, "0")
    right = patch(portal, address, NOON, 0, b"12345", **{"Upload-Checksum": checksum(b"12345")})
    assert right.status_code == 204


def test_the_same_file_chosen_again_goes_on(portal: Client) -> None:
    address = begin(portal)
    patch(portal, address, NOON, 0, b"12345")
    again = ask_to_begin(portal, THEIRS, at("Wed 12:00"), "trace.log", 10)
    assert (again["Location"], again["Upload-Offset"]) == (address, "5")
    assert "“trace.log”: 5 bytes of 10 bytes arrived" in words_of(get(portal, THEIRS, NOON)).replace("\xa0", " ")


class Dropped(FakePayload):
    """What arrives before a connection drops."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.left = len(content)

    def read(self, size: int | None = None, /) -> bytes:
        if not self.left:
            raise OSError("the connection dropped")
        chunk: bytes = super().read(min(size or self.left, self.left))
        self.left -= len(chunk)
        return chunk


def test_what_came_before_the_connection_dropped_is_kept(portal: Client) -> None:
    address = begin(portal, size=10)
    dropped: Any = {"wsgi.input": Dropped(b"1234567"), "CONTENT_LENGTH": "10"}
    with clock_at(NOON):
        portal.generic(
            "PATCH",
            address,
            b"1234567890",
            content_type="application/offset+octet-stream",
            headers={"Upload-Offset": "0", "Upload-Checksum": checksum(b"1234567890")},
            **dropped,
        )
    assert head(portal, address, NOON)["Upload-Offset"] == "7"
    patch(portal, address, NOON, 7, b"890")
    assert finish(portal, THEIRS, address).status_code == 200


@pytest.mark.slow
def test_three_hundred_megabytes_keep_memory_flat(portal: Client, case: Case) -> None:
    size, most = 300 * 1024 * 1024, 4 * 1024 * 1024
    piece = b"error 1603 on BK-02 at some time or other, as it were; and again\n" * (most // 64)
    piece = piece[:most]
    address = begin(portal, size=size)
    tracemalloc.start()
    try:
        for offset in range(0, size, most):
            if offset == size // 2 - (size // 2) % most:
                # In the middle the connection drops: the same file is chosen again.
                assert ask_to_begin(portal, THEIRS, NOON, "trace.log", size)["Upload-Offset"] == str(offset)
            assert patch(portal, address, NOON, offset, piece).status_code == 204
            # Requests of the test's browser hang in circles, each with the piece it sent.
            gc.collect()
        assert finish(portal, THEIRS, address).status_code == 200
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The browser of the test holds a piece two or three times over; the whole file is ten times this.
    assert peak < 32 * 1024 * 1024
    assert case.attachments.get().size == size


@pytest.mark.parametrize(
    ("name", "size", "status", "words"),
    [
        ("setup.exe", 10, 415, "of a kind that is not accepted"),
        ("run.ps1", 10, 415, "of a kind that is not accepted"),
        ("trace.log", 3 * 1024**3, 413, "larger than"),
        ("trace.log", 0, 422, "empty"),
        ("trace.log", "many", 400, "must be a number"),
    ],
)
def test_what_cannot_be_taken_is_told_before_a_byte_is_sent(
    portal: Client, name: str, size: object, status: int, words: str
) -> None:
    response = ask_to_begin(portal, THEIRS, NOON, name, size)
    assert response.status_code == status
    assert words in response.content.decode()
    assert not PartialUpload.objects.exists()


def test_a_program_under_another_name_is_refused_at_its_first_piece(portal: Client) -> None:
    for name in ("trace.log", "dump.dmp", "trace.etl"):
        address = ask_to_begin(portal, THEIRS, NOON, name, 100_000, name)["Location"]
        response = patch(portal, address, NOON, 0, b"MZ\x90\x00" + b"\x00" * 20_000)
        assert response.status_code in (404, 415), name
    assert not PartialUpload.objects.exists()


def test_a_program_that_came_in_small_pieces_is_refused_at_the_end(portal: Client) -> None:
    address = begin(portal, "trace.log", 20_000)
    patch(portal, address, NOON, 0, b"M")
    patch(portal, address, NOON, 1, b"Z\x90\x00" + b"\x00" * 19_996)
    response = finish(portal, THEIRS, address)
    assert response.status_code == 415
    assert "is not what its name says" in response.content.decode()
    assert not Attachment.objects.exists()
    # It can never be taken, so nothing of it waits.
    assert not PartialUpload.objects.exists()


def test_one_that_is_refused_for_good_goes_and_the_others_are_taken(portal: Client) -> None:
    good, bad = begin(portal, "good.log", 10), ask_to_begin(portal, THEIRS, NOON, "bad.tgz", 10, "f2")["Location"]
    patch(portal, good, NOON, 0, b"error 1603")
    patch(portal, bad, NOON, 0, b"\x1f\x8b\x08\0\0\0\0\0\0\0")
    assert finish(portal, THEIRS, good, bad).json() == {"address": THEIRS}
    assert Attachment.objects.get().name == "good.log"
    assert not PartialUpload.objects.filter(attachment=None).exists()
    page = words_of(get(portal, THEIRS, NOON))
    assert "“bad.tgz” cannot be read to its end." in page
    assert "The file is part of the case." in page
    assert "Choose the same file again" not in page


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("memory.dmp", b"MDMP\x93\xa7\x00\x00" + NULLS),
        ("logs.tar.xz", lzma.compress(NULLS)),
        ("net.pcapng", b"\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x4d\x3c\x2b\x1a" + NULLS),
        ("logs.tgz", gzip.compress(NULLS)),
        ("boot.etl", b"\x00\x10\x00\x00\x00\x10\x00\x00" + NULLS),
    ],
)
def test_logs_archives_and_dumps_are_taken(portal: Client, name: str, content: bytes) -> None:
    address = begin(portal, name, len(content))
    assert patch(portal, address, NOON, 0, content).status_code == 204
    assert finish(portal, THEIRS, address).status_code == 200


def test_a_closed_case_says_so_and_what_arrived_is_kept(people: Cast, portal: Client, case: Case) -> None:
    address = begin(portal)
    patch(portal, address, NOON, 0, b"1234567890")
    close(case, people.lena, NOON)
    response = finish(portal, THEIRS, address)
    assert response.status_code == 409
    assert "closed cases stay closed" in response.content.decode()
    assert head(portal, address, NOON)["Upload-Offset"] == "10"


def test_others_find_nothing(people: Cast, portal: Client, case: Case) -> None:
    address = begin(portal)
    zoe, omar = browser_of(people.zoe, NOON), browser_of(people.omar, NOON)
    assert ask_to_begin(zoe, THEIRS, NOON, "trace.log", 10).status_code == 404
    for other in (zoe, omar):
        assert head(other, address, NOON).status_code == 404
        assert patch(other, address, NOON, 0, b"x").status_code == 404
        assert post(other, address + "cancel/", {}, NOON).status_code == 404
        assert finish(other, THEIRS, address).status_code == 404


def test_a_file_is_cancelled_with_and_without_script(portal: Client) -> None:
    address = begin(portal)
    with clock_at(NOON):
        assert portal.delete(address).status_code == 204
    assert head(portal, address, NOON).status_code == 404
    address = begin(portal)
    assert post(portal, address + "cancel/", {}, NOON).url == THEIRS
    assert not PartialUpload.objects.exists()


def test_strange_requests_are_answered(portal: Client) -> None:
    address = begin(portal)
    with clock_at(NOON):
        assert portal.patch(address, b"x", content_type="text/plain").status_code == 415
        bad = portal.post(THEIRS + "uploads/", headers={"Upload-Length": "5", "Upload-Metadata": "filename %%%"})
        assert bad.status_code == 400
    assert patch(portal, address, NOON, "-1", b"x").status_code == 400
    assert patch(portal, address, NOON, 0, b"x" * (9 * 1024 * 1024)).status_code == 413
    assert finish(portal, THEIRS, address).status_code == 409
    assert post(portal, THEIRS + "uploads/finish/", {"upload": ["x"]}, NOON).status_code == 404


# --- Without script ---------------------------------------------------------------------------------------------------


def test_small_files_come_by_the_ordinary_form(people: Cast, portal: Client, case: Case) -> None:
    ask_for_logs(case, people.lena, "Tue 10:00")
    response = post(portal, THEIRS + "files/", {"files": [text_file("a.log")]}, NOON)
    assert response.url == THEIRS
    assert "We need diagnostics" not in words_of(get(portal, THEIRS, NOON))
    empty = post(portal, THEIRS + "files/", {}, NOON)
    assert empty.status_code == 422
    assert "Choose a file first" in words_of(empty)


def test_the_limit_of_the_form_comes_from_the_settings(portal: Client, settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = 3 * 1024 * 1024
    page = html_of(get(portal, THEIRS, NOON)).replace("\xa0", " ")
    assert 'data-most-bytes="3145728"' in page
    assert "Larger than 3.0 MB" in page
    assert "up to 3.0 MB each" in page


# --- Previews -------------------------------------------------------------------------------------------------------


def kept(people: Cast, name: str, content: bytes) -> Attachment:
    browser = browser_of(people.priya, NOON)
    address = begin(browser, name, len(content))
    assert patch(browser, address, NOON, 0, content).status_code == 204
    assert finish(browser, THEIRS, address).status_code == 200
    return Attachment.objects.latest("pk")


def test_the_first_lines_of_a_text_are_shown_and_escaped(people: Cast, portal: Client) -> None:
    lines = "\n".join(f"line {number} <script>alert(1)</script>" for number in range(1, 301))
    file = kept(people, "trace.log", lines.encode())
    with nothing_is_written():
        page = get(portal, f"/files/{file.pk}/preview/", NOON)
    text = html_of(page)
    assert "line 200 &lt;script&gt;" in text
    assert "line 201 " not in text
    assert "The first 200 lines." in words_of(page)


def test_an_image_is_drawn_in_the_page(people: Cast, portal: Client) -> None:
    file = kept(people, "screen.png", PNG)
    assert f'src="/files/{file.pk}/image/"' in html_of(get(portal, f"/files/{file.pk}/preview/", NOON))
    response = get(portal, f"/files/{file.pk}/image/", NOON)
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert "sandbox" in response["Content-Security-Policy"]
    assert read(response) == PNG


def test_what_is_no_image_inside_is_not_drawn(people: Cast, portal: Client) -> None:
    file = kept(people, "screen.png", PNG)
    with file.file.open("r+b") as stored:
        stored.write(b"<svg onload=alert(1)>")
    assert get(portal, f"/files/{file.pk}/image/", NOON).status_code == 404
    assert "Download it" in words_of(get(portal, f"/files/{file.pk}/preview/", NOON))


def test_other_kinds_are_for_downloading(people: Cast, portal: Client) -> None:
    file = kept(people, "net.pcapng", b"\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x4d\x3c\x2b\x1a" + b"\x00" * 100)
    assert get(portal, f"/files/{file.pk}/image/", NOON).status_code == 404
    assert "Download it" in words_of(get(portal, f"/files/{file.pk}/preview/", NOON))


def test_a_preview_is_for_who_sees_the_case(people: Cast, portal: Client) -> None:
    file = kept(people, "screen.png", PNG)
    for address in (f"/files/{file.pk}/preview/", f"/files/{file.pk}/image/"):
        assert get(browser_of(people.zoe, NOON), address, NOON).status_code == 404
        read(get(browser_of(people.lena, NOON), address, NOON))
