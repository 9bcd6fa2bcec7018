"""Everybody downloads what is kept about them; administrators do it for whoever asks, and erase people."""

import io
import json
import re
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command

from cases import actions, personal_data
from cases.models import Case, Message, User
from notifications import sweeps
from notifications.models import MailState, OutgoingMail
from tests import builders
from tests.builders import Cast, answer, at, close, logged_case, upload
from tests.cases.pages import browser_of, get, nothing_is_written, post, read, words_of
from tests.inbox.post import deliver, letter
from tests.severities import propose

NOON = at("Tue 12:00")


@pytest.fixture
def people(db: None) -> Cast:
    people = builders.cast()
    case = logged_case(people.priya, at("Mon 9:00"), explanation="Restores crawl.")
    actions.reply_as_contact(
        case_id=case.pk,
        body="Here.",
        uploads=[upload("../a.log", "error 1603")],
        actor=people.priya,
        now=at("Mon 9:30"),
    )
    answer(case, people.lena, at("Mon 10:00"), "We look into it.")
    actions.write_note(case_id=case.pk, body="Internal.", actor=people.lena, now=at("Mon 10:10"))
    deliver(letter(people.priya, "Another thing", "It is slow."), "Mon 11:00")
    logged_case(people.omar, at("Mon 9:00"), explanation="What Omar asked.")
    for open_case in Case.objects.filter(contact=people.priya):
        answer(open_case, people.lena, at("Mon 13:00"))
        close(open_case, people.lena, at("Mon 14:00"))
    sweeps.dispatch_events(now=at("Mon 15:00"))
    sweeps.send_outbox(clock=lambda: at("Mon 15:01"))
    return people


def downloaded(person: User, address: str = "/account/data/export/") -> ZipFile:
    answered = post(browser_of(person, NOON), address, {}, NOON)
    assert answered.status_code == 200, words_of(answered)
    with nothing_is_written():
        archive = ZipFile(io.BytesIO(read(answered)))
    assert archive.testzip() is None
    return archive


def all_of(archive: ZipFile) -> str:
    return "\n".join(archive.read(name).decode() for name in archive.namelist())


# --- Export ---------------------------------------------------------------------------------------------------------


def test_everybody_downloads_what_is_kept_about_them(people: Cast) -> None:
    archive = downloaded(people.priya)
    assert json.loads(archive.read("account.json"))["email"] == people.priya.email
    cases = json.loads(archive.read("cases.case.json"))
    assert [(case["reference"], case["contact"]) for case in cases] == [("NWIT-1", "you"), ("NWIT-2", "you")]
    (said,) = [one for one in json.loads(archive.read("cases.message.json")) if one["body"] == "Here."]
    assert said["case"] == "NWIT-1"
    assert "Hello Priya Raman" in all_of(archive)
    (file,) = [name for name in archive.namelist() if name.startswith("files/")]
    assert archive.read(file) == b"error 1603"
    assert ".." not in Path(file).parts
    assert len([name for name in archive.namelist() if name.startswith("mails/")]) == 1


def test_it_holds_no_secret_nothing_internal_and_nothing_of_others(people: Cast) -> None:
    actions.make_token(
        name="monitoring", scopes=["cases:read"], lives_for=timedelta(days=7), actor=people.priya, now=at("Tue 9:00")
    )
    everything = all_of(downloaded(people.priya))
    assert "monitoring" in everything
    for column in ("password", "digest", "token_key", "token_hash"):
        assert f'"{column}"' not in everything
    assert "Internal." not in everything
    assert "What Omar asked." not in everything


def test_it_holds_no_mail_that_never_left(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    answer(case, people.lena, at("Tue 10:00"), "What was meant for somebody else.")
    sweeps.dispatch_events(now=at("Tue 10:00"))
    taken_back = OutgoingMail.objects.filter(recipient=people.priya, body_text__contains="meant for somebody else")
    # As taking the reply back within 10 seconds leaves it.
    assert taken_back.update(state=MailState.WITHDRAWN) == 1
    Message.objects.filter(case=case, by_staff=True).update(taken_back_at=at("Tue 10:00"))
    assert "meant for somebody else" not in all_of(downloaded(people.priya))


def test_no_administrator_finds_a_link_in_it_that_acts_in_its_readers_name(people: Cast) -> None:
    propose(logged_case(people.omar, at("Tue 9:00"), severity=2), people.lena, 3, at("Tue 10:00"))
    close(logged_case(people.omar, at("Tue 9:00")), people.lena, at("Tue 10:00"))
    sweeps.dispatch_events(now=at("Tue 10:05"))
    OutgoingMail.objects.update(state=MailState.SENT, sent_at=at("Tue 10:10"), lease_until=None)
    told = all_of(downloaded(people.ann, f"/manager/persons/{people.omar.pk}/export/"))
    assert "/severity/.../" in told
    assert "/survey/.../" in told
    assert not re.search(r"/(severity|survey)/[\w-]{20,}", told)


def test_administrators_download_it_for_whoever_asks_and_managers_do_not(people: Cast) -> None:
    address = f"/manager/persons/{people.priya.pk}/export/"
    assert "cases.case.json" in downloaded(people.ann, address).namelist()
    assert post(browser_of(people.ruth, NOON), address, {}, NOON).status_code == 404


def test_the_command_writes_the_same(people: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "priya.zip"
    call_command("export_person", people.priya.email.upper(), str(file))
    assert "holds what is kept about Priya Raman" in capsys.readouterr().out
    assert "cases.case.json" in ZipFile(file).namelist()
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="is there already"):
        call_command("export_person", people.priya.email, str(file))
    with pytest.raises(CommandError, match="Nobody has the address"):
        call_command("export_person", "nobody@elsewhere.example", str(tmp_path / "nobody.zip"))


# --- Erasure --------------------------------------------------------------------------------------------------------


def test_an_administrator_finds_a_person_and_erases_them_by_typing_the_address(people: Cast) -> None:
    browser = browser_of(people.ann, NOON)
    found = get(browser, "/manager/persons/?q=priya", NOON).content.decode()
    assert f"/manager/persons/{people.priya.pk}/" in found
    assert "Omar Haddad" not in found
    address = f"/manager/persons/{people.priya.pk}/"
    wrong = post(browser, f"{address}erase/", {"address": "omar.haddad@nwit.example"}, NOON)
    assert wrong.status_code == 422
    assert "Type the address of the person exactly" in wrong.content.decode()
    said = {"address": people.priya.email.upper(), "also_known_as": "Pri\r\n", "words_too": "on"}
    done = post(browser, f"{address}erase/", said, NOON)
    assert (done.status_code, done.url) == (302, address)
    page = words_of(get(browser, address, NOON))
    assert "a former contact" in page
    assert "Ann Lindqvist removed the name and address" in page
    assert "What they wrote went as well" in page
    assert "priya" not in page.lower()
    assert post(browser, f"{address}erase/", said, NOON).status_code == 422
    assert "Nobody found" in words_of(get(browser, "/manager/persons/?q=priya", NOON))


def test_the_page_names_the_cases_that_must_go_to_somebody_else_first(people: Cast) -> None:
    browser = browser_of(people.ann, NOON)
    page = words_of(get(browser, f"/manager/persons/{people.omar.pk}/", NOON))
    assert "First close these cases, or give them to somebody else: NWIT-3" in page
    assert "First close" not in words_of(get(browser, f"/manager/persons/{people.priya.pk}/", NOON))


def test_managers_who_are_no_administrators_find_no_page_to_erase_people(people: Cast) -> None:
    browser = browser_of(people.ruth, NOON)
    for address in ("/manager/persons/", f"/manager/persons/{people.priya.pk}/"):
        assert get(browser, address, NOON).status_code == 404
    said = {"address": people.priya.email}
    assert post(browser, f"/manager/persons/{people.priya.pk}/erase/", said, NOON).status_code == 404
    assert "Personal data" not in get(browser, "/manager/", NOON).content.decode()


def test_ones_own_page_says_how_to_be_erased(people: Cast) -> None:
    page = words_of(get(browser_of(people.omar, NOON), "/account/data/", NOON))
    assert "Download your data" in page
    assert "Ask us, by a case or by mail" in page


def test_an_export_is_read_a_part_at_a_time(people: Cast) -> None:
    parts = personal_data.parts_of(people.priya, now=NOON)
    assert len(list(parts)) > 5
