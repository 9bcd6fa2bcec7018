"""What a mail left open: a follow-up that may be thanks alone (P9.6), a severity that nobody named (P2.2)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases import lifecycle
from cases.actions import _record, _waiting
from cases.models import Case, Closing, EventKind, User
from cases.rules import Outcome, RuleBroken


@transaction.atomic(durable=True)
def confirm_follow_up(*, case_id: int, actor: User, now: datetime) -> Case:
    """Say that a provisional follow-up is a case like any other. Once; a second yes changes nothing."""
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    if not case.is_provisional and case.is_open:
        return case
    lifecycle.require_open(case.status)
    case.is_provisional = False
    _record.record(
        case, EventKind.PROVISIONAL_CONFIRMED, actor=actor, now=now, public=True, changed=("is_provisional",)
    )
    return case


@transaction.atomic(durable=True)
def dismiss_as_thanks(*, case_id: int, actor: User, now: datetime) -> Case:
    """End a provisional follow-up that was thanks alone. Its promises are withdrawn, and it counts nowhere (P9.6).

    Nobody is written to, and no survey goes out. Twice is once.

    Raises:
        RuleBroken: somebody confirmed it, answered in it, or closed it meanwhile.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    if case.dismissed_at is not None:
        return case
    lifecycle.require_open(case.status)
    if not case.is_provisional:
        raise RuleBroken("not_provisional", _("This is a case like any other by now. Close it with an outcome."))
    if case.first_response_at is not None:
        raise RuleBroken(
            "answered_meanwhile", _("Somebody answered in this case, so it counts. Close it with an outcome.")
        )
    status_before = case.status
    _record.set_dismissed(case, actor=actor, now=now)
    _waiting.end(case, now=now)
    Closing.objects.create(
        case=case,
        outcome=Outcome.NOT_A_REQUEST,
        explanation=_("Your mail was taken for thanks, so there is nothing left to do here."),
        closed_at=now,
        closed_by=actor,
        status_before=status_before,
    )
    changed = ("closed_at", "dismissed_at")
    _record.record(case, EventKind.DISMISSED_AS_THANKS, actor=actor, now=now, public=True, changed=changed)
    return case


@transaction.atomic(durable=True)
def settle_triage(*, case_id: int, actor: User, now: datetime) -> Case:
    """Say that what a mail left unclear is clear now: the severity, or which partner it is for (P2.2)."""
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    if case.triage:
        facts = {"was": case.triage}
        case.triage = ""
        _record.record(case, EventKind.TRIAGED, actor=actor, now=now, public=False, changed=("triage",), facts=facts)
    return case
