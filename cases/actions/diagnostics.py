"""Asking for diagnostic data (P7.1): what is wanted and by when; the case waits for it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions import _asking, _record, _waiting
from cases.actions.conversation import said_before
from cases.lifecycle import Trigger
from cases.models import Case, DiagnosticRequest, EventKind, User
from cases.rules import RuleBroken


@transaction.atomic(durable=True)
def ask_for_diagnostics(
    *,
    case_id: int,
    wanted: str,
    wanted_by: datetime,
    expected_id: int | None = None,
    submission_key: UUID | None = None,
    actor: User,
    now: datetime,
) -> Case:
    """Ask the contact for diagnostic data, publicly. It may be the first response (P2.5), and reminders follow (P9.5).

    `expected_id` is the open request that the page showed; a new one takes its place.

    Raises:
        RuleBroken: the time is over, nothing is asked for, or somebody else asked meanwhile.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    if said_before(submission_key, actor):
        return case
    if wanted_by <= now:
        raise RuleBroken("wanted_by_past", _("This time is over. Name one that is still to come. Nothing was asked."))
    _require_nobody_asked_meanwhile(case, expected_id)
    facts = _asking.ask(case, Trigger.ASK_FOR_DIAGNOSTICS, wanted, key=submission_key, actor=actor, now=now)
    case.diagnostic_requests.filter(ended_at=None).update(ended_at=now)
    asked = DiagnosticRequest.objects.create(
        case=case, wanted=wanted, wanted_by=wanted_by, asked_by=actor, asked_at=now
    )
    facts |= {"request": asked.pk, "due_at": wanted_by.isoformat()}
    changed = ("first_response_at",)
    _record.record(case, EventKind.DIAGNOSTICS_ASKED, actor=actor, now=now, public=True, changed=changed, facts=facts)
    return case


@transaction.atomic(durable=True)
def need_no_diagnostics(*, case_id: int, actor: User, now: datetime) -> Case:
    """Say that what was asked for is not needed any more: the waiting ends, and the case goes on.

    Raises:
        RuleBroken: the case waits for no diagnostics.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    asked = case.diagnostic_requests.filter(ended_at=None).first()
    if asked is None:
        raise RuleBroken("no_diagnostics_asked", _("This case waits for no diagnostics any more. Nothing was changed."))
    _record.move(case, Trigger.GO_ON, actor=actor)
    _waiting.end(case, now=now)
    asked.ended_at = now
    asked.save(update_fields=["ended_at"])
    facts = {"request": asked.pk}
    _record.record(case, EventKind.DIAGNOSTICS_ENDED, actor=actor, now=now, public=True, facts=facts)
    return case


def _require_nobody_asked_meanwhile(case: Case, expected_id: int | None) -> None:
    asked = case.diagnostic_requests.select_related("asked_by").filter(ended_at=None).first()
    if asked is not None and asked.pk != expected_id:
        raise RuleBroken(
            "diagnostics_asked_meanwhile",
            _("%(name)s asked the contact for diagnostics meanwhile. Look at what was asked, then ask for more.")
            % {"name": asked.asked_by},
        )
