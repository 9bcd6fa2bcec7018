"""Everything that a company has with us, in one file: whole, nobody else's, and nothing internal."""

import io
import json
import tracemalloc
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import pytest
from django.core.management import CommandError, call_command
from django.core.signals import request_finished
from django.db import close_old_connections, connection
from django.http import HttpResponseBase
from django.test.utils import CaptureQueriesContext

from cases import actions
from cases.api import partner_export
from cases.models import Attachment, Case, Membership, Message, MessageKind, User
from tests import builders
from tests.builders import Cast, answer, at, close, logged_case, upload
from tests.cases.pages import browser_of, clock_at, forms_of, get, nothing_is_written, post, read, words_of

pytestmark = pytest.mark.django_db

NOON = at("Tue 12:00")
EXPORT = "/company/NWIT/export/"
STAFF_EXPORT = "/manager/partners/NWIT/people/export/"


@pytest.fixture
def people(db: None) -> Cast:
    """Northwind has a case with all that may and may not be read of it, and Blue Harbor has one of its own."""
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"), title="Restores are slow")
    actions.reply_as_contact(
        case_id=case.pk, body="Here.", uploads=[upload("a.log", "error 1603")], actor=people.priya, now=at("Tue 9:30")
    )
    answer(case, people.lena, at("Tue 10:00"), "We look into it.")
    common: dict[str, Any] = {"case_id": case.pk, "actor": people.lena, "now": at("Tue 10:10")}
    actions.write_note(body="They are difficult.", uploads=[upload("secret.log", "for us alone")], **common)
    said = answer(case, people.lena, at("Tue 11:00"), "Sent too soon.").messages.latest("pk")
    actions.take_reply_back(message_id=said.pk, actor=people.lena, now=at("Tue 11:00:05"))
    soon: dict[str, Any] = {"case_id": case.pk, "actor": people.lena, "now": at("Tue 11:59:55")}
    actions.reply_as_specialist(body="Not settled yet.", uploads=[upload("unsettled.log", "too soon")], **soon)
    close(logged_case(people.omar, at("Mon 9:00"), title="Omar's own"), people.lena, at("Mon 10:00"))
    logged_case(people.zoe, at("Tue 9:00"), title="Blue Harbor's trouble")
    return people


def downloaded(person: User, address: str = EXPORT) -> ZipFile:
    """Press the button and open what comes."""
    answered = post(browser_of(person, NOON), address, {}, NOON)
    assert answered.status_code == 200, words_of(answered)
    with nothing_is_written():
        return ZipFile(io.BytesIO(read(answered)))


def cases_in(archive: ZipFile) -> dict[str, Any]:
    return {case["reference"]: case for case in json.loads(archive.read("cases.json"))}


def all_of(archive: ZipFile) -> str:
    assert archive.testzip() is None
    return "\n".join([*archive.namelist(), *(archive.read(name).decode() for name in archive.namelist())])


def test_an_administrator_downloads_all_that_was_said_and_promised(people: Cast) -> None:
    archive = downloaded(people.priya)
    cases = cases_in(archive)
    assert list(cases) == ["NWIT-1", "NWIT-2"]
    case = cases["NWIT-1"]
    assert [message["body"] for message in case["messages"]] == ["Here.", "We look into it."]
    promise = case["deadlines"][0]
    assert (promise["kind"], promise["kept"], promise["due_at"]) == ("first_response", True, "2026-11-24T04:00:00Z")
    assert promise["explanation"]["steps"]
    assert case["events"][0]["kind"] == "case_logged"
    assert cases["NWIT-2"]["closings"][0]["explanation"] == "The update fixed it."
    company = json.loads(archive.read("partner.json"))
    assert [(one["name"], one["role"]) for one in company["people"]] == [
        ("Omar Haddad", "contact"),
        ("Priya Raman", "administrator"),
    ]
    (file,) = (name for name in archive.namelist() if name.startswith("files/"))
    assert file.startswith("files/NWIT-1/")
    assert archive.read(file) == b"error 1603"
    assert json.loads(archive.read("about.json"))["cases"] == 2


def test_nothing_internal_and_nothing_of_others_is_in_it(people: Cast) -> None:
    for archive in (downloaded(people.priya), downloaded(people.ruth, STAFF_EXPORT)):
        text = all_of(archive)
        for secret in ("difficult", "secret.log", "for us alone", "too soon", "ettled", "Blue Harbor", "Zoe"):
            assert secret not in text
        kinds = {deadline["kind"] for case in cases_in(archive).values() for deadline in case["deadlines"]}
        assert kinds == {"first_response"}


def test_an_administrator_who_sees_their_own_cases_gets_no_others(people: Cast) -> None:
    Membership.objects.filter(user=people.priya).update(sees_all_cases=False)
    archive = downloaded(people.priya)
    assert list(cases_in(archive)) == ["NWIT-1"]
    assert "Omar's own" not in all_of(archive)


def test_whoever_does_not_lead_the_company_gets_nothing(people: Cast) -> None:
    Membership.objects.filter(user=people.zoe).update(role="administrator")
    for person, address in (
        (people.omar, EXPORT),
        (people.zoe, EXPORT),
        (people.zoe, "/company/NOPE/export/"),
        (people.lena, EXPORT),
        (people.lena, STAFF_EXPORT),
    ):
        assert post(browser_of(person, NOON), address, {}, NOON).status_code == 404
    assert EXPORT not in forms_of(get(browser_of(people.omar, NOON), "/company/NWIT/", NOON))
    assert EXPORT in forms_of(get(browser_of(people.priya, NOON), "/company/NWIT/", NOON))


def hang_up(answered: HttpResponseBase) -> None:
    """Close an answer that was not read, as a server does, without the connection that this test needs."""
    request_finished.disconnect(close_old_connections)
    answered.close()
    request_finished.connect(close_old_connections)


def test_a_third_download_at_the_same_time_waits_for_a_place(people: Cast) -> None:
    browser = browser_of(people.priya, NOON)
    running = [post(browser, EXPORT, {}, NOON) for _ in range(2)]
    refused = post(browser, EXPORT, {}, NOON)
    assert refused.status_code == 302
    assert "try again in some minutes" in words_of(get(browser, refused.url, NOON))
    # One ends, the other breaks off before it began.
    read(running[0])
    hang_up(running[1])
    read(post(browser, EXPORT, {}, NOON))


def test_a_download_that_broke_off_cannot_be_taken_for_the_whole(people: Cast) -> None:
    parts = list(partner_export.parts_of(people.northwind, Case.objects.all(), now=NOON))
    with pytest.raises(BadZipFile):
        ZipFile(io.BytesIO(b"".join(parts[:-1])))


def test_a_file_is_unpacked_into_its_folder_and_a_lost_one_is_named(people: Cast) -> None:
    case = Case.objects.get(reference="NWIT-1")
    actions.reply_as_contact(
        case_id=case.pk, body="More.", uploads=[upload("b.log", "b")], actor=people.priya, now=at("Tue 11:30")
    )
    Attachment.objects.filter(name="a.log").update(name="../../etc/C:\\evil.log")
    lost = Attachment.objects.get(name="b.log")
    lost.file.storage.delete(str(lost.file.name))
    archive = downloaded(people.priya)
    (file,) = (name for name in archive.namelist() if name.startswith("files/"))
    assert file.count("/") == 2
    assert "\\" not in file
    assert json.loads(archive.read("about.json"))["files_that_are_lost"] == [f"files/NWIT-1/{lost.pk}-b.log"]


def copies_of_a_case(people: Cast, numbers: range) -> None:
    """Copy the first case so often, each copy with a long word."""
    copies = [Case.objects.get(reference="NWIT-1") for _ in numbers]
    for number, copy in zip(numbers, copies, strict=True):
        copy.pk, copy.reference = None, f"NWIT-{number}"
    said = {"kind": MessageKind.REPLY, "author": people.priya, "by_staff": False, "channel": "api", "said_at": NOON}
    made = Case.objects.bulk_create(copies)
    Message.objects.bulk_create(Message(case=case, body="x" * 15_000, **said) for case in made)


def test_hundreds_of_cases_take_no_more_memory_than_a_page_of_them(people: Cast) -> None:
    peaks = []
    for numbers in (range(1000, 1060), range(2000, 2200)):
        copies_of_a_case(people, numbers)
        tracemalloc.start()
        for _part in partner_export.parts_of(people.northwind, Case.objects.all(), now=NOON):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 1_000_000


def test_the_questions_to_the_database_do_not_grow_with_the_cases_of_a_page(people: Cast) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert b"".join(partner_export.parts_of(people.northwind, Case.objects.all(), now=NOON))
        return len(queries)

    before = asked()
    copies_of_a_case(people, range(1000, 1030))
    assert asked() == before


def test_the_command_writes_the_same_to_a_file(people: Cast, tmp_path: Path) -> None:
    target = tmp_path / "nwit.zip"
    with clock_at(NOON):
        call_command("export_partner", "nwit", target)
    assert set(cases_in(ZipFile(target))) == {"NWIT-1", "NWIT-2"}
    assert "difficult" not in all_of(ZipFile(target))
    assert target.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["nwit.zip"]
    with pytest.raises(CommandError, match="is there already"):
        call_command("export_partner", "NWIT", target)
    with pytest.raises(CommandError, match="no partner NOPE"):
        call_command("export_partner", "NOPE", tmp_path / "x.zip")
