"""What specialists do beside writing: take a case, log a call."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases import lifecycle, rules
from cases.actions import _alerts, _promises, _record, _waiting
from cases.actions.conversation import put_note
from cases.lifecycle import Trigger
from cases.models import Case, ContactAttempt, EventKind, User
from cases.rules import AttemptMethod, AttemptOutcome, RuleBroken


@transaction.atomic(durable=True)
def assign_case(
    *,
    case_id: int,
    assignee_id: int | None,
    expected_id: int | None,
    note: str = "",
    actor: User,
    now: datetime,
) -> Case:
    """Give a case to a specialist, or to nobody. `expected_id` is whom the page showed as its owner.

    `note` is what the new owner has to know; staff alone read it.

    Raises:
        RuleBroken: somebody else changed the owner meanwhile, or the new one is not staff.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    if case.assignee_id == assignee_id:
        return case
    if case.assignee_id != expected_id:
        raise RuleBroken(
            "assigned_meanwhile",
            _("Somebody else took this case meanwhile: it is with %(name)s now. Nothing was changed.")
            % {"name": case.assignee or _("nobody")},
        )
    assignee = None if assignee_id is None else User.objects.get(pk=assignee_id)
    if assignee is not None and not assignee.works_here:
        raise RuleBroken("assignee_not_staff", _("Only support staff can own a case. Nothing was changed."))
    _record.move(case, Trigger.ASSIGN, actor=actor)
    case.assignee = assignee
    facts: dict[str, Any] = {"assignee": assignee_id, "name": "" if assignee is None else str(assignee)}
    if note.strip():
        facts["note"] = put_note(case, note, (), key=None, actor=actor, now=now).pk
    _record.record(case, EventKind.CASE_ASSIGNED, actor=actor, now=now, public=True, changed=("assignee",), facts=facts)
    # Whoever takes the case works on it: nobody else is woken for it (P4.1).
    if assignee_id == actor.pk and _alerts.take(case, by=actor, now=now) is not None:
        _record.record(case, EventKind.ALERT_TAKEN, actor=actor, now=now, public=True, facts={"assigned": False})
    return case


@transaction.atomic(durable=True)
def log_call(
    *,
    case_id: int,
    outcome: str,
    note: str,
    made_at: datetime,
    incoming: bool = False,
    submission_key: UUID | None = None,
    actor: User,
    now: datetime,
) -> Case:
    """Log a call to the contact (P9.1), or one by the contact that a specialist answered, which always reached.

    A reached call is a first response, at the time of the call (P2.5), and a word from the contact. One that reached
    nobody is a contact attempt while the case waits (P9.5).

    Raises:
        RuleBroken: the call lies in the future, or further back than an hour and the actor is no manager.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    if submission_key is not None and case.attempts.filter(made_by=actor, submission_key=submission_key).exists():
        return case
    _require_honest_time(case, made_at, actor=actor, now=now)
    outcome = AttemptOutcome.REACHED if incoming else outcome
    replied_at = case.first_response_at
    attempt = ContactAttempt(
        case=case,
        incoming=incoming,
        method=AttemptMethod.CALL,
        outcome=outcome,
        made_at=made_at,
        made_by=actor,
        logged_at=now,
        note=note,
        submission_key=submission_key,
    )
    first = _apply(case, attempt, actor=actor, now=now)
    attempt.save()
    facts: dict[str, Any] = {"attempt": attempt.pk, "outcome": outcome, "made_at": made_at.isoformat()}
    if first and replied_at is not None:
        # Logged late: both times are on the record.
        facts["before"] = replied_at.isoformat()
    if incoming:
        facts["incoming"] = True
    facts |= {"number": attempt.number, "first_response": first, "closes_at": _closes_at(attempt)}
    changed = ("first_response_at",)
    _record.record(case, EventKind.CALL_LOGGED, actor=actor, now=now, public=True, changed=changed, facts=facts)
    return case


def _apply(case: Case, attempt: ContactAttempt, *, actor: User, now: datetime) -> bool:
    """Let the call do what it does. Returns whether it was the first response.

    A call from before the question is logged late: it answers nothing and is no attempt to hear an answer.
    """
    episode = _waiting.current(case)
    after_the_question = episode is None or attempt.made_at >= episode.started_at
    if rules.call_reached_the_contact(attempt.outcome):
        if after_the_question:
            _record.move(case, Trigger.REACH, actor=actor)
            _waiting.end(case, now=now)
        return _promises.respond_first(case, at=attempt.made_at) is not None
    lifecycle.require_open(case.status)
    if episode is not None and after_the_question:
        attempt.episode = episode
        _waiting.count(attempt, episode, case)
    return False


def _closes_at(attempt: ContactAttempt) -> str | None:
    """Return when the case closes without a word, if this attempt was the one that decides it."""
    if attempt.number != rules.ATTEMPTS_BEFORE_CLOSING or attempt.episode is None or attempt.episode.closes_at is None:
        return None
    return attempt.episode.closes_at.isoformat()


def _require_honest_time(case: Case, made_at: datetime, *, actor: User, now: datetime) -> None:
    if made_at < case.logged_at:
        raise RuleBroken("call_before_case", _("The call lies before the case was logged. Correct its time."))
    if made_at > now:
        raise RuleBroken("call_in_future", _("The call lies in the future. Correct its time."))
    if not rules.may_log_call_made_at(made_at, now, by_manager=actor.manages):
        raise RuleBroken(
            "call_too_long_ago", _("A call of more than an hour ago is logged by a manager. Nothing was logged yet.")
        )
