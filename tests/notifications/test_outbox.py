"""Sending without losing: claims, leases, refusals, retries, withdrawals. A real SMTP server takes the mails."""

import logging
import smtplib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from notifications import dispatch, heartbeat, outbox, sender, sweeps
from notifications.delivery import Connection
from notifications.models import Heartbeat, MailState, OutgoingMail
from tests.builders import at
from tests.notifications.office import TUESDAY_9, Office, begun, mail, post, send, tell
from tests.notifications.refusing import RefusingSink
from tests.smtp_sink import SmtpSink


@pytest.fixture(autouse=True)
def by_smtp(mail_by_smtp: SmtpSink) -> SmtpSink:
    """Every test here sends by real SMTP."""
    return mail_by_smtp


def state_of(kind: str = "case_received") -> str:
    return mail(kind).state


def test_a_mail_reaches_its_reader_as_it_was_written(office: Office, smtp: SmtpSink) -> None:
    case = office.log()
    post(TUESDAY_9)
    [received] = smtp.to("priya.raman@nwit.example")
    written = mail("case_received")
    assert received.subject == written.subject
    assert received.text.replace("\r\n", "\n") == written.body_text
    assert received.html.replace("\r\n", "\n").strip() == written.body_html.strip()
    assert received.message_id == written.message_id
    assert str(received.message["From"]) == "Probax Support <care@probax.io>"
    assert str(received.message["To"]) == "Priya Raman <priya.raman@nwit.example>"
    assert (written.state, written.sent_at, written.sent_from) == (
        "sent",
        at(TUESDAY_9),
        "Probax Support <care@probax.io>",
    )
    assert written.case == case


def test_a_mail_is_sent_once_however_often_the_sender_runs(office: Office, smtp: SmtpSink) -> None:
    office.log()
    for _ in range(3):
        post(TUESDAY_9)
    assert len(smtp.received) == 1


def test_an_event_told_twice_writes_one_mail(office: Office) -> None:
    case = office.log()
    received = case.events.get(kind="case_logged")
    assert dispatch.tell([received.pk], now=at(TUESDAY_9)) == 1
    assert dispatch.tell([received.pk], now=at(TUESDAY_9)) == 0
    assert OutgoingMail.objects.count() == 1


def test_one_connection_carries_a_whole_run(office: Office, smtp: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    connect = smtplib.SMTP.connect

    def counted(self: smtplib.SMTP, *args: object) -> object:
        opened.append(1)
        return connect(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(smtplib.SMTP, "connect", counted)
    for _ in range(5):
        office.log()
    post(TUESDAY_9)
    assert (len(smtp.received), len(opened)) == (5, 1)


# --- Leases -------------------------------------------------------------------------------------------------------


def test_a_mail_on_its_way_is_nobody_elses_until_its_lease_ends(office: Office) -> None:
    office.log()
    tell(TUESDAY_9)
    held = begun(mail("case_received"), TUESDAY_9)
    now = at(TUESDAY_9)
    assert outbox.claim([held.pk], of=OutgoingMail, now=now) == []
    assert outbox.claim([held.pk], of=OutgoingMail, now=now + outbox.lease() - timedelta(seconds=1)) == []
    assert outbox.claim_due(of=OutgoingMail, limit=10, now=now) == []


def test_a_mail_whose_sender_died_goes_again_with_the_same_message_id_and_says_so(
    office: Office, smtp: SmtpSink
) -> None:
    office.log()
    tell(TUESDAY_9)
    written = mail("case_received")
    begun(written, TUESDAY_9)
    send("Tue 24 Nov 09:01")
    assert smtp.received == []
    send("Tue 24 Nov 09:03")
    assert [received.message_id for received in smtp.received] == [written.message_id]
    written.refresh_from_db()
    assert (written.state, written.attempt, written.ambiguous) == ("sent", 2, True)


def test_a_mail_that_a_sender_only_meant_to_send_goes_soon_and_is_not_marked(office: Office, smtp: SmtpSink) -> None:
    office.log()
    tell(TUESDAY_9)
    # A sender that is killed here has claimed a batch and begun none of it.
    assert len(outbox.claim_due(of=OutgoingMail, limit=10, now=at(TUESDAY_9))) == 1
    send(TUESDAY_9)
    assert smtp.received == []
    send("Tue 24 Nov 09:00:06")
    assert len(smtp.received) == 1
    sent = mail("case_received")
    assert (sent.state, sent.attempt, sent.ambiguous) == ("sent", 2, False)


def test_a_sender_that_is_slow_does_not_begin_what_another_took_meanwhile(office: Office, smtp: SmtpSink) -> None:
    office.log()
    tell(TUESDAY_9)
    [slow] = outbox.claim_due(of=OutgoingMail, limit=10, now=at(TUESDAY_9))
    assert send("Tue 24 Nov 09:00:06") == 1
    assert not outbox.begin(slow, now=at("Tue 24 Nov 09:00:07"))
    assert len(smtp.received) == 1


def test_what_a_round_could_not_reach_is_given_back_at_once(
    office: Office, smtp: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        office.log()
    tell(TUESDAY_9)
    # The time of a batch, and of the round, is up after the first mail.
    monkeypatch.setattr(sender, "BATCH_SECONDS", 0.05)
    monkeypatch.setattr(sender, "ROUND_SECONDS", 0.05)
    smtp.delay = 0.1
    assert send(TUESDAY_9) == 1
    waiting = OutgoingMail.objects.filter(state=MailState.QUEUED, begun=False, lease_until=None, ambiguous=False)
    assert (len(smtp.received), waiting.count()) == (1, 2)


def test_a_sender_that_outlived_its_lease_settles_nothing(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.log()
    tell(TUESDAY_9)
    with Connection() as line:
        slow = begun(mail("case_received"), TUESDAY_9)
        begun(mail("case_received"), "Tue 24 Nov 09:03")
        with caplog.at_level(logging.WARNING):
            outbox.settle(slow, line, {}, now=at("Tue 24 Nov 09:03"))
    held = mail("case_received")
    assert (held.state, held.attempt) == (MailState.IN_FLIGHT, 2)
    assert "another sender has it" in caplog.text


# --- A server that says no ----------------------------------------------------------------------------------------


def test_a_server_that_cannot_be_reached_costs_no_mail_a_try(
    office: Office, smtp: SmtpSink, settings: Settings
) -> None:
    office.log()
    settings.EMAIL_PORT = 9  # nobody listens there
    post(TUESDAY_9)
    waiting = mail("case_received")
    assert (waiting.state, waiting.tries, waiting.attempt) == (MailState.QUEUED, 0, 0)
    beat = heartbeat.last(heartbeat.MAIL_SERVER)
    assert beat is not None
    assert "Connection refused" in beat.trouble
    settings.EMAIL_PORT = smtp.port
    # It is left alone for a moment, then the mail goes at once.
    send("Tue 24 Nov 09:00:05")
    assert smtp.received == []
    send("Tue 24 Nov 09:00:11")
    assert len(smtp.received) == 1
    beat = heartbeat.last(heartbeat.MAIL_SERVER)
    assert beat is not None
    assert (beat.trouble, beat.trouble_since) == ("", None)


def test_a_weekend_without_a_mail_server_loses_nothing(office: Office, smtp: SmtpSink, settings: Settings) -> None:
    office.log("Fri 27 Nov 16:00")
    settings.EMAIL_PORT = 9
    for when in ("Fri 27 Nov 16:00", "Sat 28 Nov 12:00", "Sun 29 Nov 12:00", "Mon 30 Nov 07:59"):
        post(when)
    settings.EMAIL_PORT = smtp.port
    send("Mon 30 Nov 08:00")
    assert [received.recipient for received in smtp.received] == ["priya.raman@nwit.example"]
    assert not mail("case_received").ambiguous


def test_a_mail_that_is_put_off_is_tried_again_later_and_later(office: Office, smtp: SmtpSink) -> None:
    office.log()
    smtp.refusal = "451 4.7.1 try again later"
    post(TUESDAY_9)
    put_off = mail("case_received")
    assert (put_off.state, put_off.tries, put_off.last_error) == (MailState.QUEUED, 1, "451 4.7.1 try again later")
    assert put_off.due_at == at("Tue 24 Nov 09:01")
    send("Tue 24 Nov 09:01")
    assert mail("case_received").due_at == at("Tue 24 Nov 09:06")
    smtp.refusal = ""
    send("Tue 24 Nov 09:05")
    assert smtp.received == []
    send("Tue 24 Nov 09:06")
    sent = mail("case_received")
    assert (sent.state, sent.ambiguous, sent.last_error) == (MailState.SENT, False, "")
    assert len(smtp.received) == 1


def test_a_mail_is_tried_for_days_before_it_is_given_up(office: Office, smtp: SmtpSink) -> None:
    office.log()
    smtp.refusal = "451 4.7.1 try again later"
    tell(TUESDAY_9)
    first = mail("case_received").due_at
    while (row := mail("case_received")).state == MailState.QUEUED:
        moment = row.due_at
        sweeps.send_outbox(clock=lambda moment=moment: moment)  # type: ignore[misc]
    assert row.state == MailState.GAVE_UP
    assert row.due_at - first > timedelta(days=3)


def test_a_mail_refused_for_good_is_given_up_at_once_and_keeps_no_other_waiting(office: Office, smtp: SmtpSink) -> None:
    office.log(contact=office.omar)
    office.log(contact=office.priya)
    tell(TUESDAY_9)
    refused = mail("case_received", office.omar)
    smtp.refusal = "550 5.7.1 we do not want this"
    [claimed] = outbox.claim([refused.pk], of=OutgoingMail, now=at(TUESDAY_9))
    with Connection() as line:
        outbox.send(claimed, line, now=at(TUESDAY_9))
    smtp.refusal = ""
    send(TUESDAY_9)
    refused.refresh_from_db()
    assert (refused.state, refused.last_error) == (MailState.GAVE_UP, "550 5.7.1 we do not want this")
    assert [received.recipient for received in smtp.received] == ["priya.raman@nwit.example"]


def test_a_mailbox_that_does_not_exist_is_given_up_and_one_that_is_full_is_not(
    office: Office, refusing: RefusingSink, settings: Settings
) -> None:
    settings.EMAIL_PORT = refusing.port
    refusing.recipients["priya.raman@nwit.example"] = "550 5.1.1 no such mailbox"
    refusing.recipients["omar.haddad@nwit.example"] = "452 4.2.2 mailbox full"
    office.log(contact=office.priya)
    office.log(contact=office.omar)
    office.log(contact=office.zoe)
    post(TUESDAY_9)
    assert mail("case_received", office.priya).state == MailState.GAVE_UP
    assert mail("case_received", office.omar).state == MailState.QUEUED
    assert mail("case_received", office.zoe).state == MailState.SENT


def test_a_server_that_does_not_like_the_sender_costs_no_mail_its_life(
    office: Office, refusing: RefusingSink, settings: Settings
) -> None:
    settings.EMAIL_PORT = refusing.port
    refusing.sender = "550 5.7.1 you may not send as care@probax.io"
    office.log()
    post(TUESDAY_9)
    held = mail("case_received")
    assert (held.state, held.last_error) == (MailState.QUEUED, "550 5.7.1 you may not send as care@probax.io")
    refusing.sender = ""
    send("Tue 24 Nov 09:01")
    assert state_of() == MailState.SENT


def test_an_answer_that_was_lost_makes_a_second_mail_that_is_known_as_one(office: Office, smtp: SmtpSink) -> None:
    office.log()
    smtp.answer_lost = True
    post(TUESDAY_9)
    smtp.answer_lost = False
    lost = mail("case_received")
    assert (lost.state, lost.ambiguous) == (MailState.QUEUED, True)
    send("Tue 24 Nov 09:01")
    assert {received.message_id for received in smtp.received} == {lost.message_id}
    assert len(smtp.received) == 2
    sent = mail("case_received")
    assert (sent.state, sent.ambiguous) == (MailState.SENT, True)


def test_a_mail_that_was_given_up_goes_again_when_staff_say_so(office: Office, smtp: SmtpSink) -> None:
    office.log()
    smtp.refusal = "550 no"
    post(TUESDAY_9)
    given_up = mail("case_received")
    smtp.refusal = ""
    assert outbox.send_again(given_up.pk, now=at("Wed 25 Nov 09:00"))
    assert not outbox.send_again(given_up.pk, now=at("Wed 25 Nov 09:00"))
    send("Wed 25 Nov 09:00")
    assert [received.message_id for received in smtp.received] == [given_up.message_id]
    # What was sent is not sent again.
    assert not outbox.send_again(given_up.pk, now=at("Wed 25 Nov 09:01"))


@pytest.fixture
def refusing() -> Iterator[RefusingSink]:
    """An SMTP server that refuses senders and recipients."""
    sink = RefusingSink()
    sink.start()
    yield sink
    sink.stop()


def test_a_server_that_falls_silent_is_left_alone_for_a_moment(
    office: Office, mail_by_smtp: SmtpSink, settings: Settings
) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    for _ in range(3):
        office.log()
    tell(TUESDAY_9)
    mail_by_smtp.hanging = True
    send(TUESDAY_9)
    assert mail_by_smtp.refused == 1, "one mail found it out for all"
    trouble = Heartbeat.objects.get(pk=heartbeat.MAIL_SERVER).trouble
    assert "timed out" in trouble
    mail_by_smtp.be_well()
    send("Tue 24 Nov 09:00:05")
    assert mail_by_smtp.received == []
    send("Tue 24 Nov 09:02")
    assert len(mail_by_smtp.received) == 3
    assert OutgoingMail.objects.filter(ambiguous=True).count() == 1
