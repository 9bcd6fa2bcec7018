"""Severity 1: who works with us around the clock (P2.6), and who of us was woken (P4.1)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases import lifecycle, rules
from cases.actions import _alerts, _promises, _record, _word
from cases.lifecycle import Trigger
from cases.models import Case, EventKind, OnCallAlert, ResourceAbsence, User
from cases.rules import ROUND_THE_CLOCK_SEVERITY, RuleBroken


@transaction.atomic(durable=True)
def mark_resource_away(*, case_id: int, reason: str, actor: User, now: datetime) -> Case:
    """Say that nobody at the partner can work with us for now: the clock falls back to the desk's hours (P2.6).

    Either side may say it. Said while it holds, it changes nothing.

    Raises:
        RuleBroken: the case is closed or no Severity 1, or the reason is missing.
    """
    case = _severity_1(case_id, actor=actor)
    rules.require_reason(reason)
    if case.resource_absences.filter(ended_at=None).exists():
        return case
    absence = ResourceAbsence.objects.create(case=case, began_at=now, began_by=actor, reason=reason.strip())
    facts = {"absence": absence.pk, "reason": absence.reason}
    _resource_changed(case, EventKind.RESOURCE_UNAVAILABLE, facts, actor=actor, now=now)
    return case


@transaction.atomic(durable=True)
def mark_resource_back(*, case_id: int, actor: User, now: datetime) -> Case:
    """Say that somebody at the partner works with us again: the clock runs day and night (P2.6).

    Raises:
        RuleBroken: the case is closed.
    """
    case = _record.locked(case_id, actor=actor)
    lifecycle.require_open(case.status)
    absence = case.resource_absences.select_for_update().filter(ended_at=None).first()
    if absence is None:
        return case
    absence.ended_at, absence.ended_by = now, actor
    absence.save(update_fields=["ended_at", "ended_by"])
    _resource_changed(case, EventKind.RESOURCE_AVAILABLE, {"absence": absence.pk}, actor=actor, now=now)
    return case


@transaction.atomic(durable=True)
def name_technical_resource(*, case_id: int, technical_resource: str, actor: User, now: datetime) -> Case:
    """Name who works with us around the clock, and how to reach them (P2.6). Either side may.

    Raises:
        RuleBroken: the case is closed or no Severity 1, or nobody is named.
    """
    case = _severity_1(case_id, actor=actor)
    named = technical_resource.strip()
    if not named:
        raise RuleBroken("technical_resource_missing", _("Name the person, and how to reach them."))
    if named == case.technical_resource:
        return case
    case.technical_resource = named
    _word.hear(case, actor=actor, now=now)
    changed, facts = ("technical_resource",), {"resource": named}
    _record.record(case, EventKind.RESOURCE_NAMED, actor=actor, now=now, public=True, changed=changed, facts=facts)
    return case


@transaction.atomic(durable=True)
def alert_on_call(*, alert_id: int, actor: None = None, now: datetime) -> Case | None:
    """Wake the people on call once more, because nobody has taken the alert (P4.1). None when it is not due."""
    case = _record.locked_by(OnCallAlert, alert_id)
    alert = OnCallAlert.objects.select_for_update().get(pk=alert_id)
    if alert.next_round_at is None or now < alert.next_round_at:
        return None
    _alerts.begin_round(case, alert, now=now)
    return case


@transaction.atomic(durable=True)
def take_alert(*, case_id: int, actor: User, now: datetime) -> Case:
    """Take an on-call alert: nobody else is woken. A case without an owner is assigned too (P4.1).

    Raises:
        RuleBroken: somebody took it meanwhile, or it ended.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    if _alerts.take(case, by=actor, now=now) is None:
        last = case.alerts.select_related("taken_by").order_by("-pk").first()
        if last is not None and last.taken_by_id == actor.pk:
            return case
        raise RuleBroken("alert_taken_meanwhile", _who_took(last))
    assigned = case.assignee_id is None
    if assigned:
        _record.move(case, Trigger.ASSIGN, actor=actor)
        case.assignee = actor
    facts = {"assigned": assigned}
    _record.record(case, EventKind.ALERT_TAKEN, actor=actor, now=now, public=True, changed=("assignee",), facts=facts)
    return case


def _who_took(alert: OnCallAlert | None) -> str:
    if alert is None or alert.taken_by is None:
        return _("This alert is over: the case was answered, or it ended. Nothing was changed.")
    return _("%(name)s took this alert meanwhile. Nothing was changed.") % {"name": alert.taken_by}


def _severity_1(case_id: int, *, actor: User) -> Case:
    case = _record.locked(case_id, actor=actor)
    lifecycle.require_open(case.status)
    if case.severity != ROUND_THE_CLOCK_SEVERITY:
        raise RuleBroken(
            "not_severity_1",
            _("Only Severity 1 is worked around the clock, and this case is no Severity 1. Nothing was changed."),
        )
    return case


def _resource_changed(case: Case, kind: EventKind, facts: dict[str, object], *, actor: User, now: datetime) -> None:
    """Promise the first response anew, if it is still to come, and put the change on the record for both sides."""
    _word.hear(case, actor=actor, now=now)
    new = _promises.reckon_first_response_again(case, now=now)
    due_at = None if new is None else new.due_at.isoformat()
    _record.record(case, kind, actor=actor, now=now, public=True, facts=facts | {"due_at": due_at})
