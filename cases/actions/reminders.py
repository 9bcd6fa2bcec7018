"""Reminder mails as contact attempts: made by the timetable, counted once the mail has left (P9.5)."""

from datetime import datetime

from django.db import transaction

from cases import promises, rules
from cases.actions import _record, _waiting
from cases.models import Case, ContactAttempt, EventKind, WaitingEpisode
from cases.rules import ATTEMPTS_BEFORE_CLOSING, AttemptMethod, AttemptOutcome


@transaction.atomic(durable=True)
def make_reminder(*, episode_id: int, actor: None = None, now: datetime) -> Case | None:
    """Write the reminder that is due. It waits for the desk to open when the timetable comes late.

    Returns None when no reminder is due any more.
    """
    case = _record.locked_by(WaitingEpisode, episode_id)
    episode = _waiting.current(case)
    if episode is None or episode.pk != episode_id or not episode.next_reminder_at or now < episode.next_reminder_at:
        return None
    if episode.attempts.filter(outcome=AttemptOutcome.SENDING).exists():
        # The one before has not left yet; what becomes of it decides what is due next.
        return None
    hours = promises.home_hours(case.desk)
    if not hours.is_open(now):
        episode.next_reminder_at = hours.next_open(now)
        episode.save(update_fields=["next_reminder_at"])
        return None
    attempt = ContactAttempt.objects.create(
        case=case,
        episode=episode,
        method=AttemptMethod.EMAIL,
        outcome=AttemptOutcome.SENDING,
        made_at=now,
        logged_at=now,
    )
    episode.next_reminder_at = None
    episode.save(update_fields=["next_reminder_at"])
    number = episode.attempts.exclude(number=None).count() + 1
    last = number == ATTEMPTS_BEFORE_CLOSING
    closes_at = rules.silent_closing_at(hours, hours.business_date(now)).isoformat() if last else None
    facts = {"attempt": attempt.pk, "number": number, "closes_at": closes_at}
    _record.record(case, EventKind.REMINDER_MADE, actor=actor, now=now, public=True, facts=facts)
    return case


@transaction.atomic(durable=True)
def confirm_reminder(
    *, attempt_id: int, text: str = "", message_id: str = "", actor: None = None, now: datetime
) -> Case | None:
    """Count the reminder whose mail left at `now`; `text` is what it said. None when it was settled before."""
    case = _record.locked_by(ContactAttempt, attempt_id)
    attempt = ContactAttempt.objects.select_for_update().get(pk=attempt_id)
    if attempt.outcome != AttemptOutcome.SENDING:
        return None
    episode = _waiting.current(case)
    attempt.outcome, attempt.made_at, attempt.note = AttemptOutcome.SENT, now, text
    attempt.mail_message_id = message_id
    if episode is not None and episode.pk == attempt.episode_id:
        _waiting.count(attempt, episode, case)
        if _waiting.has_nothing_ahead(episode):
            # It left on a day that does not count; the next opening makes another.
            _waiting.remind_at(episode, promises.home_hours(case.desk).next_open(now))
    attempt.save()
    closes_at = episode.closes_at.isoformat() if episode is not None and episode.closes_at else None
    facts = {
        "attempt": attempt.pk,
        "number": attempt.number,
        "business_date": None if attempt.business_date is None else str(attempt.business_date),
        "closes_at": closes_at,
    }
    _record.record(case, EventKind.ATTEMPT_COUNTED, actor=actor, now=now, public=False, facts=facts)
    return case


@transaction.atomic(durable=True)
def fail_reminder(*, attempt_id: int, reason: str, actor: None = None, now: datetime) -> Case | None:
    """Settle a reminder whose mail never left: it is no attempt, and another is due in its turn."""
    case = _record.locked_by(ContactAttempt, attempt_id)
    attempt = ContactAttempt.objects.select_for_update().get(pk=attempt_id)
    if attempt.outcome != AttemptOutcome.SENDING:
        return None
    attempt.outcome = AttemptOutcome.FAILED
    attempt.save(update_fields=["outcome"])
    episode = _waiting.current(case)
    if episode is not None and episode.pk == attempt.episode_id and _waiting.has_nothing_ahead(episode):
        hours = promises.home_hours(case.desk)
        _waiting.remind_after(episode, case, hours.business_date(now))
    facts = {"attempt": attempt.pk, "reason": reason}
    _record.record(case, EventKind.ATTEMPT_FAILED, actor=actor, now=now, public=False, facts=facts)
    return case
