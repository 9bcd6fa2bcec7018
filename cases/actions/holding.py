"""Holding the closing in silence: a specialist keeps a case open although nobody answers, and lets go again (P9.5)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases import promises, rules
from cases.actions import _record, _waiting
from cases.models import Case, EventKind, User, WaitingEpisode
from cases.rules import ATTEMPTS_BEFORE_CLOSING, RuleBroken


@transaction.atomic(durable=True)
def hold_closing(*, case_id: int, reason: str, actor: User, now: datetime) -> Case:
    """Stop reminders and the closing until somebody releases them. Attempts stay counted; calls still count.

    Raises:
        RuleBroken: the case does not wait, no reason was given, or a colleague holds it already.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    episode = _waiting_of(case)
    if not reason.strip():
        raise RuleBroken("hold_reason_missing", _("Say why the case is to stay open. Nothing was changed."))
    if episode.held_at is not None and episode.held_by == actor and episode.hold_reason == reason:
        return case
    if episode.held_at is not None:
        raise RuleBroken(
            "held_already",
            _("%(name)s holds the closing back already. Nothing was changed.") % {"name": episode.held_by},
        )
    episode.held_at, episode.held_by, episode.hold_reason = now, actor, reason
    episode.next_reminder_at = episode.closes_at = None
    episode.save()
    facts = {"reason": reason}
    _record.record(case, EventKind.CLOSING_HELD, actor=actor, now=now, public=False, facts=facts)
    return case


@transaction.atomic(durable=True)
def release_closing(*, case_id: int, actor: User, now: datetime) -> Case:
    """Let the timetable go on. After two attempts the case closes one full business day later, and the contact hears.

    Raises:
        RuleBroken: nobody holds the closing back.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    episode = _waiting_of(case)
    if episode.held_at is None:
        raise RuleBroken("not_held", _("The closing is not held back any more. Nothing was changed."))
    episode.held_at = None
    hours = promises.home_hours(case.desk)
    counted = episode.attempts.exclude(number=None).count()
    if counted >= ATTEMPTS_BEFORE_CLOSING:
        episode.closes_at = rules.silent_closing_at(hours, hours.business_date(now))
    episode.save(update_fields=["held_at", "closes_at"])
    if counted < ATTEMPTS_BEFORE_CLOSING:
        _waiting.remind_after(episode, case, hours.business_date(now))
    closes_at = None if episode.closes_at is None else episode.closes_at.isoformat()
    facts = {"closes_at": closes_at}
    _record.record(case, EventKind.CLOSING_RELEASED, actor=actor, now=now, public=True, facts=facts)
    return case


def _waiting_of(case: Case) -> WaitingEpisode:
    episode = _waiting.current(case)
    if episode is None:
        raise RuleBroken(
            "not_waiting", _("This case does not wait for its contact, so no closing is ahead. Nothing was changed.")
        )
    return episode
