"""Reminder mails are contact attempts once they have left, and what became of them always reaches the case (P9.5)."""

import pytest
from pytest_django import Settings

from cases import actions
from cases.models import Case, ContactAttempt, WaitingEpisode
from cases.rules import AttemptOutcome
from notifications import outbox, sweeps
from notifications.delivery import Connection
from notifications.models import MailState, OutgoingMail
from tests.builders import at
from tests.notifications.office import Office, event, kinds_to, mail, post, send, tell, tick
from tests.smtp_sink import SmtpSink

# The question is put on Tuesday; reminders go out two business days apart at 10:00; the closing is on Tuesday at 17:00.
ASKED = "Tue 24 Nov 09:30"
FIRST = "Thu 26 Nov 10:00"
SECOND = "Mon 30 Nov 10:00"
CLOSES = "Tue 01 Dec 17:00"


@pytest.fixture
def waiting(office: Office, mail_by_smtp: SmtpSink) -> Case:
    """A case that waits for Priya's answer."""
    case = office.log()
    office.take(case, "Tue 24 Nov 09:10")
    office.ask(case, ASKED)
    post("Tue 24 Nov 09:31")
    mail_by_smtp.received.clear()
    return case


def attempts(case: Case) -> list[tuple[int | None, str]]:
    return list(ContactAttempt.objects.filter(case=case).order_by("pk").values_list("number", "outcome"))


def test_two_reminders_on_separate_business_days_and_then_the_closing(
    office: Office, waiting: Case, smtp: SmtpSink
) -> None:
    for when in ("Thu 26 Nov 09:59", FIRST, "Thu 26 Nov 10:01", "Fri 27 Nov 10:00", SECOND, "Tue 01 Dec 16:59"):
        tick(when)
    assert attempts(waiting) == [(1, AttemptOutcome.SENT), (2, AttemptOutcome.SENT)]
    first, second = smtp.to("priya.raman@nwit.example")
    assert first.subject == f"[{waiting.reference}] We need your answer: Jobs on BK-02 abort"
    assert "Lena Fischer wrote on Tue 24 Nov, 09:30 Sydney:" in first.text
    assert "> Which version runs on BK-02?" in first.text
    assert (
        second.subject
        == f"[{waiting.reference}] Closes Tue 1 Dec, 17:00 Sydney without your answer: Jobs on BK-02 abort"
    )
    assert "We wrote to you on Thu 26 Nov, 10:00 Sydney." in second.text
    assert "If we hear nothing, the case closes on Tue 1 Dec, 17:00 Sydney." in second.text
    # The moment that the mail named is the moment that the clock keeps.
    assert WaitingEpisode.objects.get().closes_at == at(CLOSES)
    tick(CLOSES)
    tick("Tue 01 Dec 17:01")
    waiting.refresh_from_db()
    assert not waiting.is_open
    closed = smtp.to("priya.raman@nwit.example")[-1]
    assert "because we could not reach you" in closed.text
    assert "1. Email, Thu 26 Nov, 10:00 Sydney" in closed.text
    assert "2. Email, Mon 30 Nov, 10:00 Sydney" in closed.text


def test_what_a_reminder_said_is_kept_with_the_attempt(waiting: Case) -> None:
    tick(FIRST)
    assert ContactAttempt.objects.get().note == mail("reminder_one").body_text


def test_a_reminder_that_has_not_left_is_no_attempt(waiting: Case, settings: Settings) -> None:
    settings.EMAIL_PORT = 9  # nobody listens there
    tick(FIRST)
    assert attempts(waiting) == [(None, AttemptOutcome.SENDING)]


def test_a_word_before_the_reminder_left_withdraws_it(office: Office, waiting: Case, smtp: SmtpSink) -> None:
    sweeps.keep_contact_attempts(now=at(FIRST))
    tell(FIRST)
    office.answer(waiting, "Thu 26 Nov 10:00:30")
    send("Thu 26 Nov 10:01")
    assert mail("reminder_one").state == MailState.WITHDRAWN
    assert smtp.to("priya.raman@nwit.example") == []
    assert attempts(waiting) == [(None, AttemptOutcome.FAILED)]


def test_a_reminder_that_could_not_leave_on_its_day_is_none_and_another_follows(
    waiting: Case, smtp: SmtpSink, settings: Settings
) -> None:
    settings.EMAIL_PORT = 9
    tick(FIRST)
    settings.EMAIL_PORT = smtp.port
    tick("Fri 27 Nov 09:00")
    assert smtp.to("priya.raman@nwit.example") == []
    assert attempts(waiting) == [(None, AttemptOutcome.FAILED)]
    tick("Tue 01 Dec 10:00")
    assert attempts(waiting)[1:] == [(1, AttemptOutcome.SENT)]
    assert len(smtp.to("priya.raman@nwit.example")) == 1


def test_a_reminder_that_was_refused_is_no_attempt(waiting: Case, smtp: SmtpSink) -> None:
    smtp.refusal = "550 5.1.1 no such mailbox"
    tick(FIRST)
    assert mail("reminder_one").state == MailState.GAVE_UP
    assert attempts(waiting) == [(None, AttemptOutcome.FAILED)]
    assert event(waiting, "attempt_failed").whole["reason"] == "550 5.1.1 no such mailbox"


def test_a_reminder_that_was_given_up_is_not_sent_again_by_the_button(waiting: Case, smtp: SmtpSink) -> None:
    smtp.refusal = "550 5.1.1 no such mailbox"
    tick(FIRST)
    smtp.refusal = ""
    assert outbox.send_again(mail("reminder_one").pk, now=at("Thu 26 Nov 11:00"))
    send("Thu 26 Nov 11:00")
    assert mail("reminder_one").last_error == "This reminder was settled already."
    assert smtp.to("priya.raman@nwit.example") == []


def test_a_sender_that_died_between_sending_and_counting_is_made_good(waiting: Case) -> None:
    sweeps.keep_contact_attempts(now=at(FIRST))
    tell(FIRST)
    [claimed] = outbox.claim([mail("reminder_one").pk], of=OutgoingMail, now=at(FIRST))
    with Connection() as connection:
        outbox.send(claimed, connection, now=at(FIRST))
    # Here it dies: the mail is marked sent, the attempt does not know.
    assert attempts(waiting) == [(None, AttemptOutcome.SENDING)]
    sweeps.keep_contact_attempts(now=at("Fri 27 Nov 12:00"))
    assert attempts(waiting) == [(1, AttemptOutcome.SENT)]
    # It counts on the day it left.
    assert str(ContactAttempt.objects.get().business_date) == "2026-11-26"


def test_a_reminder_to_a_contact_who_left_is_no_attempt(office: Office, waiting: Case) -> None:
    office.priya.memberships.update(is_active=False)
    tick(FIRST)
    tick("Thu 26 Nov 10:01")
    assert mail("reminder_one").state == MailState.WITHDRAWN
    assert attempts(waiting) == [(None, AttemptOutcome.FAILED)]


def test_a_word_within_the_minute_takes_the_closing_back_and_its_mail_never_leaves(
    office: Office, waiting: Case, smtp: SmtpSink
) -> None:
    for when in (FIRST, SECOND, CLOSES):
        tick(when)
    smtp.received.clear()
    office.answer(waiting, "Tue 01 Dec 17:00:59")
    post("Tue 01 Dec 17:01")
    post("Tue 01 Dec 17:02")
    assert mail("case_closed").last_error == "The closing was taken back."
    [told] = smtp.to("priya.raman@nwit.example")
    assert told.subject == f"[{waiting.reference}] Your word came in time: Jobs on BK-02 abort"
    assert "The case goes on as if it had never closed." in told.text
    assert kinds_to(office.lena)[-1] == "contact_replied"


def test_a_call_on_the_same_day_withdraws_a_reminder_that_has_not_left(office: Office, waiting: Case) -> None:
    sweeps.keep_contact_attempts(now=at(FIRST))
    tell(FIRST)
    actions.log_call(
        case_id=waiting.pk,
        outcome=AttemptOutcome.NO_ANSWER,
        note="",
        made_at=at("Thu 26 Nov 10:01"),
        actor=office.lena,
        now=at("Thu 26 Nov 10:02"),
    )
    send("Thu 26 Nov 10:03")
    assert mail("reminder_one").last_error == "Another attempt was counted before it left."
    # The call counts; the next reminder is the second, on a later day.
    tick("Mon 30 Nov 10:00")
    assert [row.kind for row in OutgoingMail.objects.filter(state=MailState.SENT, kind__startswith="reminder")] == [
        "reminder_two"
    ]
    assert "We called you on Thu 26 Nov, 10:01 Sydney." in mail("reminder_two").body_text
