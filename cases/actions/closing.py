"""The end of a case, by a person (P9.3, P9.7) or after two attempts without a word (P9.5)."""

import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases import rules
from cases.actions import _record, _waiting
from cases.lifecycle import Side, Trigger
from cases.models import Case, Closing, EventKind, Survey, User, WaitingEpisode
from cases.rules import Outcome, RuleBroken


@transaction.atomic(durable=True)
def close_case(*, case_id: int, outcome: str, explanation: str, detail: str = "", actor: User, now: datetime) -> Case:
    """Close a case with one of the outcomes of P9.7, or as solved by the contact.

    Raises:
        RuleBroken: the outcome is not this side's to choose, lacks what it needs, or the case is closed already.
    """
    case = _record.locked(case_id, actor=actor)
    _require_outcome_of_side(outcome, actor)
    if not explanation.strip():
        raise RuleBroken("explanation_missing", _("Say how the case ended. Nothing was closed."))
    rules.require_what_the_outcome_needs(outcome, detail)
    if actor.works_here and case.is_open:
        # The explanation goes to the contact: where nobody wrote before, it is the first real reply (P2.5).
        _record.respond_first(case, at=now)
    _end_case(case, Trigger.CLOSE, outcome, explanation=explanation, detail=detail, evidence=[], actor=actor, now=now)
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
    _end_case(
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


def _end_case(
    case: Case,
    trigger: Trigger,
    outcome: str,
    *,
    explanation: str,
    detail: str,
    evidence: list[dict[str, Any]],
    actor: User | None,
    now: datetime,
) -> None:
    _record.set_closed(case, trigger, actor=actor, now=now)
    _waiting.end(case, now=now)
    closing = Closing.objects.create(
        case=case,
        outcome=outcome,
        explanation=explanation,
        detail=detail,
        evidence=evidence,
        closed_at=now,
        closed_by=actor,
    )
    token = _invite_to_survey(closing, now=now)
    _record.record(
        case,
        EventKind.CASE_CLOSED,
        actor=actor,
        now=now,
        public=True,
        changed=("closed_at", "first_response_at"),
        facts={"closing": closing.pk, "outcome": outcome, "by": Side.CLOCK if actor is None else actor.pk},
        secrets={"survey_token": token},
    )


def hash_of(token: str) -> str:
    """Return what is stored of a survey token: enough to know it again, too little to open the link."""
    return hashlib.sha256(token.encode()).hexdigest()


def _invite_to_survey(closing: Closing, *, now: datetime) -> str:
    """Make the survey of a closing. The open token leaves in the dispatch row and is stored as a hash alone."""
    token = secrets.token_urlsafe(24)
    Survey.objects.create(
        closing=closing, token_hash=hash_of(token), made_at=now, expires_at=now + rules.SURVEY_OPEN_FOR
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
