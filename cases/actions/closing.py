"""The end of a case, by a person (P9.3, P9.7) or after two attempts without a word (P9.5)."""

import hashlib
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases import rules
from cases.actions import _charges, _promises, _record, _waiting
from cases.lifecycle import Side, Trigger
from cases.models import Case, Closing, EventKind, Survey, User, WaitingEpisode
from cases.rules import Outcome, RuleBroken


@transaction.atomic(durable=True)
def close_case(
    *,
    case_id: int,
    outcome: str,
    explanation: str,
    detail: str = "",
    notice: str | None = None,
    charge_verdict: str = "",
    charge_reason: str = "",
    submission_key: UUID | None = None,
    actor: User,
    now: datetime,
) -> Case:
    """Close a case with one of the outcomes of P9.7, or as solved by the contact. The same form again changes nothing.

    `detail` is what the outcome needs, see `rules.OUTCOME_NEEDS`. What is specific to the contact's environment says in
    `notice` why it is out of scope; None says it in the standing words. `charge_verdict` says of an after-hours case
    whether it ever qualified as Severity 1 (P4.2); it may be said later too.

    Raises:
        RuleBroken: the outcome is not this side's to choose, lacks what it needs, or the case is closed already.
    """
    case = _record.locked(case_id, actor=actor)
    if submission_key is not None and case.closings.filter(closed_by=actor, submission_key=submission_key).exists():
        return case
    _require_outcome_of_side(outcome, actor)
    if not explanation.strip():
        raise RuleBroken("explanation_missing", _("Say how the case ended. Nothing was closed."))
    if notice is None:
        notice = str(rules.ENVIRONMENT_NOTICE) if outcome == Outcome.ENVIRONMENT else ""
    rules.require_what_the_outcome_needs(outcome, detail, notice)
    if actor.works_here and case.is_open:
        # The explanation goes to the contact: where nobody wrote before, it is the first real reply (P2.5).
        _promises.respond_first(case, at=now)
    end_case(
        case,
        Trigger.CLOSE,
        outcome,
        explanation=explanation,
        detail=detail,
        notice=notice,
        evidence=[],
        key=submission_key,
        actor=actor,
        now=now,
    )
    if charge_verdict and actor.works_here:
        _charges.judge(case, charge_verdict, charge_reason, actor=actor, now=now)
    return case


@transaction.atomic(durable=True)
def close_in_silence(*, episode_id: int, actor: None = None, now: datetime) -> Case | None:
    """Close a case whose contact said no word after two attempts on separate business days (P9.5).

    Returns None when a word came, the time was moved, or somebody else closed it first.
    """
    case = _record.locked_by(WaitingEpisode, episode_id)
    episode = _waiting.current(case)
    if episode is None or episode.pk != episode_id or episode.closes_at is None or now < episode.closes_at:
        return None
    end_case(
        case,
        Trigger.CLOSE_IN_SILENCE,
        Outcome.NO_CONTACT,
        explanation=_("We tried to reach you twice, on separate business days, and heard nothing."),
        detail="",
        evidence=_evidence(episode),
        actor=actor,
        now=now,
    )
    return case


def _require_outcome_of_side(outcome: str, actor: User) -> None:
    choices = rules.SPECIALISTS_OUTCOMES if actor.works_here else [Outcome.SOLVED_BY_CONTACT]
    if outcome not in choices:
        raise RuleBroken("outcome_not_yours", _("Choose one of the outcomes listed. Nothing was closed."))


def end_case(
    case: Case,
    trigger: Trigger,
    outcome: str,
    *,
    explanation: str,
    detail: str,
    notice: str = "",
    evidence: list[dict[str, Any]],
    key: UUID | None = None,
    actor: User | None,
    now: datetime,
) -> Closing:
    """End a case, its waiting and its promises, and put the closing on the record, with its survey."""
    status_before = case.status
    _record.set_closed(case, trigger, actor=actor, now=now)
    waited = _waiting.end(case, now=now)
    closing = Closing.objects.create(
        case=case,
        outcome=outcome,
        explanation=explanation,
        detail=detail,
        notice=notice,
        evidence=evidence,
        closed_at=now,
        closed_by=actor,
        status_before=status_before,
        submission_key=key,
    )
    # A merged case goes on elsewhere: nobody is asked about it twice.
    token = "" if outcome == Outcome.MERGED else _invite_to_survey(closing, now=now)
    facts = {"closing": closing.pk, "outcome": outcome, "by": Side.CLOCK if actor is None else actor.pk}
    _record.record(
        case,
        EventKind.CASE_CLOSED,
        actor=actor,
        now=now,
        public=True,
        changed=("closed_at", "first_response_at", "merged_into"),
        facts=facts | {"waited": waited},
        secrets={"survey_token": token} if token else {},
    )
    return closing


def hash_of(token: str) -> str:
    """Return what is stored of a survey token: enough to know it again, too little to open the link."""
    return hashlib.sha256(token.encode()).hexdigest()


def _invite_to_survey(closing: Closing, *, now: datetime) -> str:
    """Make the survey of a closing. The open token leaves in the dispatch row and is stored as a hash alone."""
    token = secrets.token_urlsafe(24)
    Survey.objects.create(
        closing=closing,
        token_hash=hash_of(token),
        made_at=now,
        expires_at=now + rules.SURVEY_OPEN_FOR,
        remind_at=now + rules.SURVEY_REMINDED_AFTER,
    )
    return token


def _evidence(episode: WaitingEpisode) -> list[dict[str, Any]]:
    attempts = episode.attempts.exclude(number=None).order_by("number")
    return [
        {
            "number": attempt.number,
            "method": attempt.method,
            "outcome": attempt.outcome,
            "business_date": str(attempt.business_date),
            "made_at": attempt.made_at.isoformat(),
            "text": attempt.note if attempt.made_by_id is None else "",
        }
        for attempt in attempts
    ]
