"""A temporary workaround: a fact on the record that ends work around the clock, until it fails (P2.6, P9.7)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases import lifecycle
from cases.actions import _promises, _record, _word
from cases.models import Case, EventKind, User, Workaround
from cases.rules import RuleBroken


@transaction.atomic(durable=True)
def record_workaround(
    *,
    case_id: int,
    words: str,
    in_place_at: datetime | None = None,
    submission_key: UUID | None = None,
    actor: User,
    now: datetime,
) -> Case:
    """Record that a temporary workaround is in place. The case goes on, a Sev 1 in the desk's hours from then (P2.6).

    Raises:
        RuleBroken: the case is closed, one is in place, nothing says what it is, or its time makes no sense.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    if (
        submission_key is not None
        and case.workarounds.filter(recorded_by=actor, submission_key=submission_key).exists()
    ):
        return case
    lifecycle.require_open(case.status)
    if not words.strip():
        raise RuleBroken("workaround_words_missing", _("Say what the workaround is. Nothing was recorded."))
    if case.workarounds.filter(failed_at=None).exists():
        raise RuleBroken(
            "workaround_in_place",
            _("A workaround is on the record already. If it does not hold, say so first. Nothing was recorded."),
        )
    since = in_place_at or now
    if not case.logged_at <= since <= now:
        raise RuleBroken("workaround_time_wrong", _("It came into place after the case was logged, and before now."))
    workaround = Workaround.objects.create(
        case=case,
        words=words.strip(),
        in_place_at=since,
        recorded_by=actor,
        recorded_at=now,
        submission_key=submission_key,
    )
    _put_on_record(case, EventKind.WORKAROUND_IN_PLACE, workaround, actor=actor, now=now)
    return case


@transaction.atomic(durable=True)
def confirm_workaround(*, case_id: int, workaround_id: int, actor: User, now: datetime) -> Case:
    """Put on the record that the contact says the workaround holds. Said again, it changes nothing.

    Raises:
        RuleBroken: the case is closed, or the workaround is in place no more.
    """
    case, workaround = _in_place(case_id, workaround_id, actor=actor)
    if workaround.confirmed_at is not None:
        return case
    workaround.confirmed_at, workaround.confirmed_by = now, actor
    workaround.save(update_fields=["confirmed_at", "confirmed_by"])
    _word.hear(case, actor=actor, now=now)
    facts = {"workaround": workaround.pk}
    _record.record(case, EventKind.WORKAROUND_CONFIRMED, actor=actor, now=now, public=True, facts=facts)
    return case


@transaction.atomic(durable=True)
def workaround_failed(*, case_id: int, workaround_id: int, failure: str, actor: User, now: datetime) -> Case:
    """Put on the record that the workaround does not hold: a Sev 1 is worked around the clock again (P2.6).

    Either side may say it.

    Raises:
        RuleBroken: the case is closed, it is in place no more, or nothing says what fails.
    """
    case, workaround = _in_place(case_id, workaround_id, actor=actor)
    if not failure.strip():
        raise RuleBroken("failure_missing", _("Say what still fails. The other side reads it. Nothing was changed."))
    workaround.failed_at, workaround.failed_by, workaround.failure = now, actor, failure.strip()
    workaround.save(update_fields=["failed_at", "failed_by", "failure"])
    _word.hear(case, actor=actor, now=now)
    _put_on_record(case, EventKind.WORKAROUND_FAILED, workaround, actor=actor, now=now)
    return case


def _in_place(case_id: int, workaround_id: int, *, actor: User) -> tuple[Case, Workaround]:
    case = _record.locked(case_id, actor=actor)
    lifecycle.require_open(case.status)
    workaround = case.workarounds.select_for_update().filter(pk=workaround_id, failed_at=None).first()
    if workaround is None:
        raise RuleBroken(
            "workaround_gone",
            _("Somebody said meanwhile that this workaround does not hold. Reload the page to read it."),
        )
    return case, workaround


def _put_on_record(case: Case, kind: EventKind, workaround: Workaround, *, actor: User, now: datetime) -> None:
    """Promise an open first response anew, in the hours that count now, and tell both sides."""
    new = _promises.reckon_first_response_again(case, now=now)
    facts = {
        "workaround": workaround.pk,
        "words": workaround.failure if kind == EventKind.WORKAROUND_FAILED else workaround.words,
        "due_at": None if new is None else new.due_at.isoformat(),
    }
    _record.record(case, kind, actor=actor, now=now, public=True, facts=facts)
