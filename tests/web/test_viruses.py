"""With a scanner no file is kept unseen, whichever door it comes through; what is harmful is refused by name."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from cases.models import Attachment, Case, PartialUpload
from tests import clamd
from tests.api.machine import Machine
from tests.builders import Cast, at
from tests.cases.pages import browser_of, clock_at, forms_of, get, post, words_of
from tests.clamd import HARMFUL, NAME, Clamd
from tests.inbox.post import deliver, letter
from tests.uploads import ask_to_begin, patch

NOON = at("Tue 12:00")
CASE = "/cases/NWIT-1/"
FOUND = f"“trace.log” was not taken: it holds harmful software ({NAME})."
UNSEEN = "“trace.log” could not be checked for viruses, so it was not taken."


@pytest.fixture
def browser(people: Cast, case: Case) -> Client:
    return browser_of(people.priya, NOON)


@pytest.fixture
def scanner(settings: Settings, tmp_path: Path) -> Iterator[Clamd]:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.CLAMAV_TIMEOUT = 5.0
    with clamd.running() as (running, settings.CLAMAV_URL):
        yield running


@pytest.fixture
def gone(scanner: Clamd, settings: Settings) -> None:
    """The address of nobody."""
    settings.CLAMAV_URL = "tcp://127.0.0.1:1"


def log(content: bytes = HARMFUL) -> SimpleUploadedFile:
    return SimpleUploadedFile("trace.log", content)


def reply_with(browser: Client, content: bytes) -> Any:
    typed = forms_of(get(browser, CASE, NOON))[f"{CASE}reply/"]
    return post(browser, f"{CASE}reply/", typed | {"body": "Here.", "files": [log(content)]}, NOON)


def draft_with(browser: Client, content: bytes) -> Any:
    return post(browser, "/cases/new/draft/files/", {"files": [log(content)]}, NOON)


def large_with(browser: Client, content: bytes) -> Any:
    begun = ask_to_begin(browser, CASE, NOON, "trace.log", len(content))
    patch(browser, begun["Location"], NOON, 0, content)
    return post(browser, f"{CASE}uploads/finish/", {"upload": [begun["Location"].split("/")[-2]]}, NOON)


DOORS = {"a reply": reply_with, "a draft": draft_with, "a large file": large_with}


@pytest.mark.parametrize("door", DOORS)
def test_a_harmful_file_is_refused_by_name_and_not_kept(browser: Client, scanner: Clamd, door: str) -> None:
    assert FOUND in words_of(DOORS[door](browser, b"line\n" + HARMFUL)).replace("&quot;", '"')
    assert not Attachment.objects.exists()
    assert not PartialUpload.objects.exists()


@pytest.mark.parametrize("door", DOORS)
def test_a_clean_file_is_shown_whole_and_kept(browser: Client, scanner: Clamd, door: str) -> None:
    content = b"error 1603\n" * 20_000
    DOORS[door](browser, content)
    assert Attachment.objects.get().size == len(content)
    assert set(scanner.seen) == {content}


@pytest.mark.parametrize("door", DOORS)
def test_without_its_scanner_nothing_is_taken(browser: Client, gone: None, door: str) -> None:
    assert UNSEEN in words_of(DOORS[door](browser, b"error 1603\n"))
    assert not Attachment.objects.exists()
    # A large file stays, whole, to be finished later.
    assert PartialUpload.objects.filter(attachment=None).count() == (door == "a large file")


def test_what_the_scanner_may_not_read_whole_is_unseen(browser: Client, scanner: Clamd) -> None:
    scanner.limit = 1000
    assert UNSEEN in words_of(reply_with(browser, b"error 1603\n" * 100_000))
    assert not Attachment.objects.exists()


def test_a_scanner_that_hangs_is_given_up(browser: Client, scanner: Clamd, settings: Settings) -> None:
    scanner.hangs, settings.CLAMAV_TIMEOUT = True, 0.2
    assert UNSEEN in words_of(reply_with(browser, b"error 1603\n"))


def test_a_harmful_file_does_not_come_in_through_the_api(people: Cast, case: Case, scanner: Clamd) -> None:
    answered = Machine(people.priya, NOON).send_file("cases/NWIT-1/files/", {"body": "Here.", "file": log()})
    assert answered.status_code == 422
    assert FOUND in answered.json()["detail"]
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(("address", "why"), [("", FOUND), ("tcp://127.0.0.1:1", UNSEEN)])
def test_a_mail_is_kept_without_the_file(
    people: Cast, case: Case, scanner: Clamd, settings: Settings, address: str, why: str
) -> None:
    settings.CLAMAV_URL = address or settings.CLAMAV_URL
    files = {"trace.log": HARMFUL, "notes.log": HARMFUL[1:]}
    mail = deliver(letter(people.priya, "Re: [NWIT-1]", "Here it is.", files=files), NOON)
    assert case.messages.get().body == "Here it is."
    assert why in mail.refused_files[0]["why"]
    assert list(case.attachments.values_list("name", flat=True)) == ([] if address else ["notes.log"])
    assert why in words_of(get(browser_of(people.lena, NOON), f"/desk/inbox/{mail.pk}/", NOON))


def test_a_scanner_may_listen_on_a_socket(browser: Client, scanner: Clamd, settings: Settings, tmp_path: Path) -> None:
    with clamd.running(tmp_path / "clamd.sock") as (_clamd, settings.CLAMAV_URL):
        assert FOUND in words_of(reply_with(browser, HARMFUL))


def test_without_a_scanner_nobody_looks(browser: Client, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    reply_with(browser, HARMFUL)
    assert Attachment.objects.count() == 1


def test_readiness_tells_whether_the_scanner_is_there(db: None, scanner: Clamd, settings: Settings) -> None:
    def part() -> Any:
        with clock_at(NOON):
            return json.loads(Client().get("/readyz").content)["parts"].get("virus scanner")

    assert part() == {"ok": True, "reason": "answers"}
    settings.CLAMAV_URL = "tcp://127.0.0.1:1"
    assert part() == {"ok": False, "reason": "does not answer: files are refused"}
    settings.CLAMAV_URL = ""
    assert part() is None
