"""The clock's word on promises: at risk, missed. Each is put on the record exactly once (P2.1)."""

from datetime import datetime

from django.db import transaction

from cases.actions import _record
from cases.models import Case, Deadline, EventKind


@transaction.atomic(durable=True)
def warn_of_deadline(*, deadline_id: int, actor: None = None, now: datetime) -> Case | None:
    """Record that most of a target is used and the promise still open. None when it is not, or was said before."""
    case = _record.locked_by(Deadline, deadline_id)
    if Deadline.objects.to_warn(now).filter(pk=deadline_id).update(warned_at=now) != 1:
        return None
    _record_promise(case, EventKind.PROMISE_AT_RISK, deadline_id, now=now)
    return case


@transaction.atomic(durable=True)
def record_breach(*, deadline_id: int, actor: None = None, now: datetime) -> Case | None:
    """Record that a promise is past due. None when it is not, or was said before.

    A warning that nobody gave in time is not given any more: the breach says it all.
    """
    case = _record.locked_by(Deadline, deadline_id)
    if Deadline.objects.to_breach(now).filter(pk=deadline_id).update(breached_at=now) != 1:
        return None
    Deadline.objects.filter(pk=deadline_id, warned_at=None).update(warned_at=now)
    _record_promise(case, EventKind.PROMISE_MISSED, deadline_id, now=now)
    return case


def _record_promise(case: Case, kind: EventKind, deadline_id: int, *, now: datetime) -> None:
    deadline = case.deadlines.select_related("milestone").get(pk=deadline_id)
    facts = {"deadline": deadline.pk, "kind": deadline.kind, "due_at": deadline.due_at.isoformat()}
    if deadline.milestone is not None:
        facts["milestone"] = deadline.milestone.title
    _record.record(case, kind, actor=None, now=now, public=False, facts=facts)
