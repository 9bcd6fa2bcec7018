"""An archive that holds more than it may, or leads out of itself, comes in by no door; the words say what to do."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from cases.models import Attachment, Case
from tests.api.machine import Machine
from tests.builders import Cast, at
from tests.cases.pages import browser_of, forms_of, get, post, words_of
from tests.inbox.post import deliver, letter
from tests.uploads import ask_to_begin, patch

NOON = at("Tue 12:00")
CASE = "/cases/NWIT-1/"
ZEROS = b"\0" * (16 * 1024 * 1024)


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


@pytest.fixture
def browser(people: Cast, case: Case, settings: Settings, tmp_path: Path) -> Client:
    settings.MEDIA_ROOT = tmp_path / "files"
    return browser_of(people.priya, NOON)


def reply_with(browser: Client, name: str, content: bytes) -> Any:
    typed = forms_of(get(browser, CASE, NOON))[f"{CASE}reply/"]
    files = [SimpleUploadedFile(name, content)]
    return post(browser, f"{CASE}reply/", typed | {"body": "Here.", "files": files}, NOON)


def large_with(browser: Client, name: str, content: bytes) -> Any:
    begun = ask_to_begin(browser, CASE, NOON, name, len(content))
    patch(browser, begun["Location"], NOON, 0, content)
    return post(browser, f"{CASE}uploads/finish/", {"upload": [begun["Location"].split("/")[-2]]}, NOON)


DOORS: dict[str, Callable[[Client, str, bytes], Any]] = {"a reply": reply_with, "a large file": large_with}


@pytest.mark.parametrize("door", DOORS)
def test_a_bomb_is_refused_by_name_with_what_to_do(browser: Client, door: str) -> None:
    said = words_of(DOORS[door](browser, "logs.gz", gzip.compress(ZEROS) * 64))
    assert "“logs.gz” unpacks to more than 4.0" in said
    assert "or to more than 200 times its own size. Send it in parts." in said
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"../a.log": b"x"}, "holds a path or link that leads out of it: “../a.log”"),
        ({"bill.pdf": b"MZ" + b"\0" * 99}, "holds a program under another name: “bill.pdf”"),
        ({f"{number}.log": b"" for number in range(6)}, "holds more than 5 files"),
    ],
)
def test_each_refusal_says_which_entry_it_is(
    browser: Client, settings: Settings, files: dict[str, bytes], words: str
) -> None:
    settings.ARCHIVE_MAX_ENTRIES = 5
    assert words in words_of(reply_with(browser, "logs.zip", zipped(**files)))
    assert not Attachment.objects.exists()


def test_an_ordinary_archive_is_kept_byte_for_byte(browser: Client) -> None:
    content = zipped(**{"var/a.log": b"error 1603\n" * 9999, "setup.exe": b"MZ" + b"\0" * 999})
    reply_with(browser, "logs.zip", content)
    with Attachment.objects.get().file.open() as kept:
        assert kept.read() == content


def test_what_cannot_be_looked_into_is_taken_or_refused_as_the_operator_says(
    browser: Client, settings: Settings
) -> None:
    unseen = b"7z\xbc\xaf\x27\x1c\0\x04" + b"\1" * 99
    reply_with(browser, "logs.7z", unseen)
    assert Attachment.objects.count() == 1
    settings.TAKE_UNSEEN_ARCHIVES = False
    assert "cannot be looked into: “other.7z”. Pack it as .zip" in words_of(reply_with(browser, "other.7z", unseen))
    assert Attachment.objects.count() == 1


UNSEEN = b"7z\xbc\xaf\x27\x1c\0\x04" + b"\1" * 99


@pytest.mark.parametrize("door", DOORS)
def test_both_sides_read_at_the_file_that_nobody_looked_into_it(people: Cast, browser: Client, door: str) -> None:
    DOORS[door](browser, "bundle.7z", UNSEEN)
    DOORS[door](browser, "seen.zip", zipped(**{"a.log": b"error 1603"}))
    theirs = words_of(get(browser, CASE, NOON))
    assert theirs.count("Taken, though nobody looked into all of it") == 1
    ours = words_of(get(browser_of(people.lena, NOON), f"/desk{CASE}", NOON))
    assert ours.count("Nobody looked into all of it") == 1
    # And where the story tells that it came.
    assert theirs.count("Not looked into") == ours.count("Not looked into") == 1
    listed = Machine(people.priya, NOON).get("cases/NWIT-1/files/").json()["results"]
    assert {file["name"]: file["unseen"] for file in listed} == {"bundle.7z": True, "seen.zip": False}


def test_whoever_types_a_case_reads_it_at_the_kept_file(browser: Client) -> None:
    post(browser, "/cases/new/draft/files/", {"files": [SimpleUploadedFile("bundle.7z", UNSEEN)]}, NOON)
    assert words_of(get(browser, "/cases/new/", NOON)).count("Not looked into") == 1


def test_what_comes_by_mail_or_the_api_and_was_not_looked_into_says_so_too(people: Cast, browser: Client) -> None:
    said = {"body": "A", "file": SimpleUploadedFile("a.7z", UNSEEN)}
    Machine(people.priya, NOON).send_file("cases/NWIT-1/files/", said)
    deliver(letter(people.priya, "Re: [NWIT-1]", "Here it is.", files={"b.7z": UNSEEN}), NOON)
    assert dict(Attachment.objects.values_list("name", "unseen")) == {"a.7z": True, "b.7z": True}


@pytest.mark.parametrize("door", ["a form", "a draft", "the API", "a mail"])
def test_what_comes_together_may_hold_what_one_may(
    people: Cast, browser: Client, settings: Settings, door: str
) -> None:
    settings.ARCHIVE_MAX_ENTRIES = 5
    halves = {name: zipped(**{f"{number}.log": b"x" for number in range(4)}) for name in ("a.zip", "b.zip")}
    sent = [SimpleUploadedFile(name, content) for name, content in halves.items()]
    if door == "a form":
        typed = forms_of(get(browser, CASE, NOON))[f"{CASE}reply/"]
        said = words_of(post(browser, f"{CASE}reply/", typed | {"body": "Here.", "files": sent}, NOON))
    elif door == "a draft":
        said = words_of(post(browser, "/cases/new/draft/files/", {"files": sent}, NOON))
    elif door == "the API":
        said = (
            Machine(people.priya, NOON).send_file("cases/NWIT-1/files/", {"body": "A", "file": sent}).json()["detail"]
        )
    else:
        said = deliver(letter(people.priya, "Re: [NWIT-1]", "Here.", files=halves), NOON).refused_files[0]["why"]
    assert "“b.zip” was not looked into, as it and what came with it hold more than one file may." in said
    assert not Attachment.objects.filter(name="b.zip").exists()


def test_a_bomb_comes_in_neither_by_the_api_nor_by_mail(people: Cast, browser: Client, case: Case) -> None:
    bomb = gzip.compress(ZEROS) * 64
    sent = {"body": "Here.", "file": SimpleUploadedFile("logs.gz", bomb)}
    answered = Machine(people.priya, NOON).send_file("cases/NWIT-1/files/", sent)
    assert answered.status_code == 422
    assert "unpacks to more than 4.0" in answered.json()["detail"]
    mail = deliver(letter(people.priya, "Re: [NWIT-1]", "Here it is.", files={"logs.gz": bomb}), NOON)
    assert case.messages.get().body == "Here it is."
    assert "unpacks to more than 4.0" in mail.refused_files[0]["why"]
    assert not Attachment.objects.exists()
