"""Whether a mail is still owed when it is about to leave. Between writing and sending the world moves on."""

from collections.abc import Callable
from datetime import datetime

from cases import promises
from cases.models import Closing, Deadline
from cases.rules import AttemptOutcome
from notifications import recipients
from notifications.models import MailKind, OutgoingMail


def why_withdraw(mail: OutgoingMail, now: datetime) -> str:
    """Return why a mail must not leave any more; empty if it is still owed to its reader."""
    kind = MailKind(mail.kind)
    refused = recipients.why_not(mail.case, mail.recipient, for_staff=kind.is_for_staff)
    if refused or kind not in QUESTIONS:
        return refused
    return QUESTIONS[kind](mail, now)


def _unanswered(mail: OutgoingMail, now: datetime) -> str:
    if mail.case.first_response_at is not None or not mail.case.is_open:
        return "Somebody answered before it left."
    return ""


def _at_risk(mail: OutgoingMail, now: datetime) -> str:
    deadline = Deadline.objects.get(pk=_facts(mail)["deadline"])
    if deadline.ended_at is not None:
        return "The promise ended before the warning left."
    return "The promise was missed before the warning left." if deadline.breached_at is not None else ""


def _reminder(mail: OutgoingMail, now: datetime) -> str:
    """A reminder is true on the business day it was written for, while nothing else happened in its episode (P9.5)."""
    attempt = mail.contact_attempt
    if attempt is None or attempt.episode is None or attempt.outcome != AttemptOutcome.SENDING:
        return "This reminder was settled already."
    if attempt.episode.ended_at is not None:
        return "The case no longer waits for its contact."
    if attempt.episode.attempts.exclude(number=None).count() + 1 != _facts(mail)["number"]:
        return "Another attempt was counted before it left."
    hours = promises.home_hours(mail.case.desk)
    if hours.business_date(now) != hours.business_date(attempt.logged_at):
        return "It could not leave on the day it was written for."
    return ""


def _closed(mail: OutgoingMail, now: datetime) -> str:
    closing = Closing.objects.get(pk=_facts(mail)["closing"])
    return "The closing was taken back." if closing.taken_back_at is not None else ""


def _facts(mail: OutgoingMail) -> dict[str, int]:
    return {} if mail.event is None else mail.event.facts


QUESTIONS: dict[MailKind, Callable[[OutgoingMail, datetime], str]] = {
    MailKind.SEVERITY_1_LOGGED: _unanswered,
    MailKind.PROMISE_AT_RISK: _at_risk,
    MailKind.REMINDER_ONE: _reminder,
    MailKind.REMINDER_TWO: _reminder,
    MailKind.CASE_CLOSED: _closed,
}
