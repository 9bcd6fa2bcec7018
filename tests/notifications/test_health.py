"""When nothing runs, somebody notices."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from cases.models import Deadline
from notifications import health, heartbeat, outbox, sweeps
from notifications.models import OutgoingMail
from tests.builders import at
from tests.notifications.office import TUESDAY_9, Office, mail, post, send, tell
from tests.notifications.test_dispatch import spoil
from tests.smtp_sink import SmtpSink


def test_nothing_is_due_in_an_empty_house(db: None) -> None:
    assert health.oldest_due(at(TUESDAY_9)) == timedelta(0)


def test_an_event_that_nobody_tells_grows_old(office: Office) -> None:
    office.log()
    assert health.oldest_due(at("Tue 24 Nov 09:07")) == timedelta(minutes=7)


def test_a_mail_that_nobody_sends_grows_old(office: Office) -> None:
    office.log()
    tell("Tue 24 Nov 09:05")
    assert health.oldest_due(at("Tue 24 Nov 09:07")) == timedelta(minutes=2)


def test_a_mail_whose_sender_died_grows_old_from_the_end_of_its_lease(office: Office) -> None:
    office.log()
    tell(TUESDAY_9)
    outbox.claim(mail("case_received").pk, of=OutgoingMail, now=at(TUESDAY_9))
    assert health.oldest_due(at("Tue 24 Nov 09:01")) == timedelta(0)
    assert health.oldest_due(at("Tue 24 Nov 09:05")) == timedelta(minutes=5) - outbox.lease()


def test_a_warning_that_nobody_gives_and_a_breach_that_nobody_records_grow_old(office: Office) -> None:
    office.log()
    post(TUESDAY_9)
    warn_at = Deadline.objects.get().warn_at
    assert health.oldest_due(warn_at + timedelta(minutes=3)) == timedelta(minutes=3)
    sweeps.warn_and_breach(now=warn_at)
    post("Tue 24 Nov 13:30")
    assert health.oldest_due(at("Tue 24 Nov 15:04")) == timedelta(minutes=4)


def test_a_reminder_and_a_closing_that_nobody_makes_grow_old(office: Office, mail_by_smtp: SmtpSink) -> None:
    case = office.log()
    office.ask(case, "Tue 24 Nov 09:30")
    # The reply waits out the seconds in which it may be taken back.
    post("Tue 24 Nov 09:31")
    assert health.oldest_due(at("Thu 26 Nov 10:05")) == timedelta(minutes=5)
    for when in ("Thu 26 Nov 10:00", "Mon 30 Nov 10:00"):
        sweeps.keep_contact_attempts(now=at(when))
        post(when)
    assert health.oldest_due(at("Mon 30 Nov 12:00")) > timedelta(0), "the count of the attempt is an event to tell"
    post("Mon 30 Nov 12:00")
    assert health.oldest_due(at("Tue 01 Dec 16:59")) == timedelta(0)
    assert health.oldest_due(at("Tue 01 Dec 17:09")) == timedelta(minutes=9)


def test_what_waits_for_its_next_try_is_no_sign_that_nothing_runs(office: Office, mail_by_smtp: SmtpSink) -> None:
    office.log()
    mail_by_smtp.refusal = "451 later"
    post(TUESDAY_9)
    spoil(office.log())
    tell(TUESDAY_9)
    assert health.oldest_due(at("Tue 24 Nov 09:00:59")) == timedelta(0)
    assert health.stuck() == 1


def test_the_heartbeat_says_since_when_the_mail_server_is_gone(
    office: Office, mail_by_smtp: SmtpSink, settings: Settings
) -> None:
    office.log()
    settings.EMAIL_PORT = 9
    post(TUESDAY_9)
    send("Tue 24 Nov 09:30")
    beat = heartbeat.last(heartbeat.MAIL_SERVER)
    assert beat is not None
    assert (beat.at, beat.trouble_since) == (at("Tue 24 Nov 09:30"), at(TUESDAY_9))


@pytest.mark.parametrize(
    ("sweep", "name"),
    [
        (sweeps.dispatch_events, "dispatch events"),
        (sweeps.warn_and_breach, "warn and breach"),
        (sweeps.keep_contact_attempts, "keep contact attempts"),
        (sweeps.close_silent_cases, "close silent cases"),
    ],
)
def test_each_sweep_leaves_a_heartbeat(db: None, sweep: object, name: str) -> None:
    sweep(now=at(TUESDAY_9))  # type: ignore[operator]
    beat = heartbeat.last(name)
    assert beat is not None
    assert beat.at == at(TUESDAY_9)
