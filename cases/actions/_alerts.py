"""Waking the people on call: an alert, its rounds, and its end (P4.1)."""

from datetime import datetime

from cases import rules
from cases.actions import _record
from cases.models import AlertReason, Case, EventKind, OnCallAlert, User


def raise_alert(case: Case, reason: AlertReason, *, now: datetime) -> None:
    """Wake the people on call at once, and again until one takes it. A case with an open alert needs no second one."""
    if case.alerts.filter(ended_at=None).exists():
        return
    alert = OnCallAlert.objects.create(case=case, reason=reason, raised_at=now)
    begin_round(case, alert, now=now)


def begin_round(case: Case, alert: OnCallAlert, *, now: datetime) -> None:
    """Wake them once more, and put the next round on the timetable."""
    alert.rounds += 1
    alert.next_round_at = now + rules.ALERT_AGAIN_AFTER
    alert.save(update_fields=["rounds", "next_round_at"])
    facts = {"alert": alert.pk, "round": alert.rounds, "reason": alert.reason}
    _record.record(case, EventKind.ON_CALL_ALERTED, actor=None, now=now, public=False, facts=facts)


def take(case: Case, *, by: User, now: datetime) -> OnCallAlert | None:
    """End the open alert of a case as taken by somebody. None when there is none."""
    alert = case.alerts.select_for_update().filter(ended_at=None).first()
    if alert is None:
        return None
    alert.taken_at = alert.ended_at = now
    alert.taken_by, alert.next_round_at = by, None
    alert.save(update_fields=["taken_at", "taken_by", "ended_at", "next_round_at"])
    return alert
