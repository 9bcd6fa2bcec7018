"""The mailbox, on a real Dovecot behind a wire that can be cut: whatever breaks or is repeated, each mail is one."""

from datetime import datetime
from functools import partial

import pytest
from pytest_django import Settings

from cases.models import Case, IncomingMail
from notifications import heartbeat, mailbox
from tests.builders import all_at_once, at
from tests.dovecot import Dovecot, Wire, dovecot
from tests.inbox.post import letter
from tests.notifications.office import Office, open_office

pytestmark = pytest.mark.clause("P1.2")
NOON = at("Tue 12:00")
NINE = at("Tue 09:00")
STORED = ("SupportStored",)


def read(now: datetime = NOON) -> int:
    return mailbox.read(clock=lambda: now)


def trouble() -> str:
    told = heartbeat.last(heartbeat.MAILBOX)
    assert told is not None
    return told.trouble


def test_what_came_to_the_mailbox_becomes_cases_by_the_servers_time(office: Office, server: Dovecot) -> None:
    server.deliver(letter(office.priya, "Sev 2: one").as_bytes(), NINE)
    server.deliver(letter(office.omar, "Sev 3: two").as_bytes(), at("Tue 09:30"))
    assert read() == 2
    assert list(Case.objects.order_by("logged_at").values_list("title", "logged_at")) == [
        ("Sev 2: one", NINE),
        ("Sev 3: two", at("Tue 09:30")),
    ]
    assert server.inbox() == []
    assert server.stored() == [("Sev 2: one", STORED), ("Sev 3: two", STORED)], "marked, and not as read"
    last = heartbeat.last(heartbeat.MAILBOX)
    assert last is not None
    assert (last.at, last.trouble) == (NOON, "")


def test_without_move_a_mail_is_copied_and_nobody_elses_is_expunged(office: Office, settings: Settings) -> None:
    with dovecot(without="MOVE") as server:
        settings.MAILBOX_URL = server.url
        server.deliver(letter(office.priya, "One").as_bytes(), NINE)
        server.deliver(letter(office.priya, "Deleted by hand").as_bytes(), NINE)
        server.mark("Deleted by hand", r"\Deleted")
        assert read() == 1
        assert server.stored() == [("One", STORED)]
        assert server.inbox() == [("Deleted by hand", (r"\Deleted",))]


def test_a_mailbox_that_can_neither_be_marked_nor_moved_brings_all_again_and_nothing_is_doubled(
    office: Office, settings: Settings
) -> None:
    with dovecot(read_only=True) as server:
        settings.MAILBOX_URL = server.url
        server.deliver(letter(office.priya).as_bytes(), NINE)
        for _time in range(3):
            read()
        assert len(server.inbox()) == 1
    assert Case.objects.count() == IncomingMail.objects.count() == 1


def test_everything_twice_and_renumbered_is_still_once(office: Office, server: Dovecot) -> None:
    for number in range(3):
        raw = letter(office.priya, f"Number {number}").as_bytes()
        server.deliver(raw, NINE)
        server.deliver(b"Received: by another way\r\n" + raw, NINE)
    read()
    server.renumber()
    server.bring_back()
    assert len(server.inbox()) == 6
    read()
    assert server.inbox() == []
    assert Case.objects.count() == IncomingMail.objects.count() == 3


@pytest.mark.parametrize("word", [b"LOGIN", b"SELECT", b"SEARCH", b"FETCH", b"STORE", b"MOVE"])
@pytest.mark.parametrize("is_heard", [False, True], ids=["before it is heard", "after it is done"])
def test_a_line_that_is_cut_loses_and_doubles_nothing(
    office: Office, server: Dovecot, wire: Wire, word: bytes, is_heard: bool
) -> None:
    server.deliver(letter(office.priya, "One").as_bytes(), NINE)
    server.deliver(letter(office.priya, "Two").as_bytes(), NINE)
    wire.cut_at, wire.is_heard = word, is_heard
    read()
    assert trouble()
    wire.cut_at = b""
    read()
    assert trouble() == ""
    assert sorted(Case.objects.values_list("title", flat=True)) == ["One", "Two"]
    assert IncomingMail.objects.count() == 2
    assert all(flags == STORED for _subject, flags in [*server.inbox(), *server.stored()])


def test_a_mail_is_committed_before_the_server_is_told(office: Office, server: Dovecot, settings: Settings) -> None:
    server.deliver(letter(office.priya).as_bytes(), NINE)
    whole = settings.MEDIA_ROOT
    # Where the files should be stands something else: nothing can be kept.
    settings.MEDIA_ROOT = whole.parent / "in the way"
    settings.MEDIA_ROOT.write_text("")
    read()
    assert "NotADirectoryError" in trouble() or "FileExistsError" in trouble()
    assert [flags for _subject, flags in server.inbox()] == [()]
    settings.MEDIA_ROOT = whole
    assert read() == 1


def test_a_wrong_password_is_said(office: Office, server: Dovecot, settings: Settings) -> None:
    settings.MAILBOX_URL = server.url.replace("secret", "another")
    read()
    assert "AUTHENTICATIONFAILED" in trouble()


@pytest.mark.django_db(transaction=True)
def test_two_who_read_at_once_make_each_mail_one_case(settings: Settings) -> None:
    office = open_office()
    with dovecot() as server:
        settings.MAILBOX_URL = server.url
        for number in range(20):
            server.deliver(letter(office.priya, f"Number {number}").as_bytes(), NINE)
        answers = all_at_once([partial(read, NOON)] * 3)
        assert not [given for given in answers if isinstance(given, Exception)]
        read()
        assert server.inbox() == []
    assert Case.objects.count() == IncomingMail.objects.count() == 20
