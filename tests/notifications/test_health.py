"""When nothing runs, somebody notices."""

from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django import Settings

from cases.inbox import storing
from cases.models import Deadline, Partner, Plan
from notifications import health, heartbeat, outbox, sweeps
from notifications.preferences import choosing
from tests.builders import at
from tests.cases.pages import browser_of, forms_of, get, words_of
from tests.cases.pages import post as send_form
from tests.notifications.office import TUESDAY_9, Office, begun, mail, post, send, tell
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
    begun(mail("case_received"), TUESDAY_9)
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


@pytest.mark.clause("P4.1")
def test_an_alert_that_nobody_rings_again_grows_old(office: Office) -> None:
    office.log("Tue 20:00", severity=1)
    post("Tue 20:00")
    assert health.oldest_due(at("Tue 20:13")) == timedelta(minutes=3)


def test_a_digest_and_a_notice_that_nobody_writes_grow_old(office: Office) -> None:
    choosing.keep_times(office.lena, at("Mon 12:00"))
    assert health.oldest_due(at("Tue 08:03")) == timedelta(minutes=3)
    sweeps.send_digests(now=at("Tue 08:03"))
    assert health.oldest_due(at("Tue 08:03")) == timedelta(0)
    Partner.objects.filter(pk=office.northwind.pk).update(plan=Plan.TRIAL, trial_ends_at=at("Fri 12:00"))
    sweeps.tell_of_trials(now=at("Tue 12:00"))
    assert health.oldest_due(at("Tue 12:04")) == timedelta(minutes=4)


def test_a_survey_and_a_mail_that_came_in_grow_old(office: Office) -> None:
    office.close(office.log(), "Tue 10:00")
    post("Tue 10:00")
    post("Tue 10:02")
    assert health.oldest_due(at("Tue 1 Dec 10:05")) == timedelta(minutes=5)
    sweeps.remind_of_surveys(now=at("Tue 1 Dec 10:05"))
    post("Tue 1 Dec 10:05")
    raw = b"From: priya.raman@nwit.example\nSubject: Slow\nMessage-ID: <a@b>\n\nIt is slow.\n"
    storing.store(raw, source="test", received_at=at("Tue 1 Dec 11:00"), now=at("Tue 1 Dec 11:00"))
    assert health.oldest_due(at("Tue 1 Dec 11:06")) == timedelta(minutes=6)


@pytest.mark.parametrize(("minutes", "said"), [(1, False), (2, True)])
def test_every_staff_page_says_so_past_two_minutes(office: Office, minutes: int, said: bool) -> None:
    office.log()
    for person, address in ((office.lena, "/desk/"), (office.ruth, "/manager/"), (office.lena, "/account/")):
        shown = words_of(get(browser_of(person, at(TUESDAY_9)), address, at(TUESDAY_9) + timedelta(minutes=minutes)))
        assert ("Something has been due for 2 min" in shown) is said
    contact = words_of(get(browser_of(office.priya, at(TUESDAY_9)), "/", at(TUESDAY_9) + timedelta(minutes=minutes)))
    assert "has been due" not in contact


def test_administrators_read_of_mails_that_were_given_up_and_send_all_of_them_again(
    office: Office, mail_by_smtp: SmtpSink
) -> None:
    office.log()
    office.log()
    mail_by_smtp.refusal = "550 no such user"
    post(TUESDAY_9)
    mail_by_smtp.refusal = ""
    noon = at("Tue 12:00")
    browser = browser_of(office.ann, noon)
    assert "2 mails were given up: people were not told. Look, and send again" in words_of(get(browser, "/desk/", noon))
    assert "were given up: people" not in words_of(get(browser_of(office.lena, noon), "/desk/", noon))
    listed = get(browser, "/desk/mail/?state=gave_up", noon)
    assert reverse("desk_mails_again") in forms_of(listed)
    answer = send_form(browser, reverse("desk_mails_again"), {}, noon)
    assert answer.status_code == 302
    assert "2 mails are on their way again." in words_of(get(browser, answer["Location"], noon))
    send("Tue 12:00")
    assert len(mail_by_smtp.to("priya.raman@nwit.example")) == 2
    answer = send_form(browser, reverse("desk_mails_again"), {}, noon)
    assert "No mail was given up. Nothing was changed." in words_of(get(browser, answer["Location"], noon))


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
