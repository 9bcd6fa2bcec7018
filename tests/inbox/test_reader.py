"""The process that keeps a line to the mailbox: a mail is handled as it comes, over one connection, whatever dies."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone
from pytest_django import Settings

from cases.inbox import imap
from cases.models import Case, IncomingMail
from notifications import heartbeat, mailbox, reader
from notifications.models import Heartbeat
from tests.builders import at
from tests.dovecot import Dovecot, Wire, dovecot, mailbox_url
from tests.inbox.post import letter
from tests.notifications.office import Office, open_office

pytestmark = [pytest.mark.clause("P1.2"), pytest.mark.django_db(transaction=True)]
NOON = at("Tue 12:00")


@pytest.fixture
def office() -> Office:
    """Everybody at work, in a database that other threads see."""
    return open_office()


@pytest.fixture(autouse=True)
def only_the_server_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is found here by looking again in time, and whoever was cut off comes back at once."""
    monkeypatch.setattr(reader, "TURN", 1000.0)
    monkeypatch.setattr(reader, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(reader, "LONGEST_PAUSE", 0.2)
    monkeypatch.setattr(imap, "GLANCE", 0.1)


@contextmanager
def reading(clock: Callable[[], datetime] = lambda: NOON) -> Iterator[None]:
    """Run a reader, as its process does, for as long as the block lasts."""
    ending = threading.Event()

    def run() -> None:
        try:
            reader.Reader(clock=clock, goes_on=lambda: not ending.is_set()).run()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(timeout=60)
        assert not thread.is_alive()


def wait_for(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline, "It did not happen within a minute."
        time.sleep(0.02)


def cases_are(count: int) -> Callable[[], bool]:
    return lambda: Case.objects.count() == count


def is_read() -> bool:
    """Tell whether a reader keeps a line, and nothing stands in its way."""
    return Heartbeat.objects.filter(pk=heartbeat.READER, trouble="").exists()


def deliver(server: Dovecot, office: Office, subject: str) -> None:
    server.deliver(letter(office.priya, subject).as_bytes(), at("Tue 11:59"))


def test_mails_are_handled_as_the_server_tells_of_them_over_one_line(
    office: Office, server: Dovecot, wire: Wire
) -> None:
    deliver(server, office, "There before")
    with reading():
        wait_for(cases_are(1))
        for number in range(2, 5):
            deliver(server, office, f"Number {number}")
            wait_for(cases_are(number))
        assert wire.connections == 1
    assert not Heartbeat.objects.filter(pk=heartbeat.READER).exists(), "whoever ends on purpose says so"


def test_what_is_told_in_one_piece_with_the_answer_to_idle_is_heard(
    office: Office, server: Dovecot, wire: Wire
) -> None:
    wire.joins = True
    with reading():
        wait_for(is_read)
        deliver(server, office, "In one piece")
        wait_for(cases_are(1))
    assert wire.connections == 1
    assert not wire.joins


@pytest.mark.parametrize("scheme", ["imap+ssl", "imap+tls"])
def test_mails_are_told_of_over_a_private_line_too(
    office: Office, settings: Settings, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    with dovecot(tls=True) as server:
        # Whom this machine trusts beside those whom everybody trusts.
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        wire = Wire(server.tls_port if scheme == "imap+ssl" else server.port)
        settings.MAILBOX_URL = mailbox_url(wire.port, scheme)
        with reading():
            wait_for(is_read)
            for number in range(1, 4):
                deliver(server, office, f"Number {number}")
                wait_for(cases_are(number))
        assert wire.connections == 1
        wire.close()


def test_a_server_that_nobody_vouches_for_is_not_read(office: Office, settings: Settings) -> None:
    with dovecot(tls=True) as server:
        settings.MAILBOX_URL = mailbox_url(server.tls_port, "imap+ssl")
        deliver(server, office, "Not to be read")
        assert mailbox.read(clock=lambda: NOON) == 0
        assert not IncomingMail.objects.exists()
        trouble = Heartbeat.objects.get(pk=heartbeat.MAILBOX).trouble
        assert "certificate verify failed" in trouble


def test_where_the_server_does_not_tell_it_is_asked_over_the_same_line(
    office: Office, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "LOOK", 0.1)
    with dovecot(without="IDLE") as server:
        wire = Wire(server.port)
        settings.MAILBOX_URL = mailbox_url(wire.port)
        with reading():
            wait_for(is_read)
            for number in range(1, 4):
                deliver(server, office, f"Number {number}")
                wait_for(cases_are(number))
        assert wire.connections == 1
        wire.close()


def test_a_line_that_is_cut_is_made_anew(office: Office, server: Dovecot, wire: Wire) -> None:
    with reading():
        wait_for(is_read)
        wire.cut()
        deliver(server, office, "After the cut")
        wait_for(cases_are(1))
    assert wire.connections == 2


def test_a_line_that_is_dead_is_found_and_left(
    office: Office, server: Dovecot, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "TURN", 0.5)
    monkeypatch.setattr(imap, "PATIENCE", 1)
    with reading():
        wait_for(is_read)
        wire.dead = True
        deliver(server, office, "Nobody hears of it")
        wait_for(lambda: not is_read())
        wire.dead = False
        wait_for(cases_are(1))


def test_a_server_that_is_started_anew_is_read_again(office: Office, server: Dovecot) -> None:
    with reading():
        wait_for(is_read)
        deliver(server, office, "Before")
        wait_for(cases_are(1))
        server.renumber()
        deliver(server, office, "Afterwards")
        wait_for(cases_are(2))


def test_two_readers_at_once_make_each_mail_one_case(office: Office, server: Dovecot) -> None:
    with reading(), reading():
        for number in range(10):
            deliver(server, office, f"Number {number}")
        wait_for(cases_are(10))
        wait_for(lambda: server.inbox() == [])
    assert IncomingMail.objects.count() == Case.objects.count() == 10


def test_the_mailbox_may_be_named_and_changed_while_the_reader_runs(
    office: Office, server: Dovecot, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "LOOK", 0.1)
    monkeypatch.setattr(reader, "TURN", 0.5)
    settings.MAILBOX_URL = ""
    with reading():
        settings.MAILBOX_URL = server.url
        wait_for(is_read)
        with dovecot() as other:
            settings.MAILBOX_URL = other.url
            deliver(other, office, "To the other one")
            wait_for(cases_are(1))
            settings.MAILBOX_URL = server.url
            deliver(server, office, "To the first again")
            wait_for(cases_are(2))


@pytest.mark.postgres
def test_a_database_that_cuts_it_off_loses_no_mail(office: Office, server: Dovecot) -> None:
    with reading():
        wait_for(is_read)
        for number in range(1, 4):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            deliver(server, office, f"Number {number}")
            wait_for(cases_are(number))


def test_whether_a_reader_is_alive_can_be_asked(office: Office, server: Dovecot) -> None:
    with pytest.raises(CommandError, match="No reader"):
        call_command("read_mailbox", "--alive")
    with reading(timezone.now):
        wait_for(is_read)
        call_command("read_mailbox", "--alive")


def test_the_timetable_leaves_the_mailbox_to_a_reader_while_it_lives(
    office: Office, server: Dovecot, wire: Wire
) -> None:
    deliver(server, office, "One")
    heartbeat.beat(heartbeat.READER, now=at("Tue 11:59:01"))
    assert mailbox.read(clock=lambda: NOON) == 0
    assert wire.connections == 0
    assert mailbox.read(clock=lambda: at("Tue 12:00:02")) == 1, "it has died"
