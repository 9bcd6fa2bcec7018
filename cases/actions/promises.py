"""The clock's word on promises: at risk, missed. Each is put on the record exactly once (P2.1).

Many may come due in one minute, so a few are said in one transaction. A case that somebody works on at that moment is
left for the next round.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Coalesce

from cases.actions import _by_the_clock
from cases.models import Case, Deadline, EventKind


@transaction.atomic(durable=True)
def warn_of_deadlines(*, deadline_ids: Sequence[int], actor: None = None, now: datetime) -> list[Case]:
    """Record that most of a target is used and the promise still open, where it is and was not said before.

    Returns the cases in question.
    """
    at_risk = _by_the_clock.locked(Deadline.objects.to_warn(now).filter(pk__in=deadline_ids))
    Deadline.objects.filter(pk__in=[deadline.pk for deadline in at_risk]).update(warned_at=now)
    return _say(EventKind.PROMISE_AT_RISK, at_risk, now=now)


@transaction.atomic(durable=True)
def record_breaches(*, deadline_ids: Sequence[int], actor: None = None, now: datetime) -> list[Case]:
    """Record that promises are past due, where they are and it was not said before. Returns the cases in question.

    A warning that nobody gave in time is not given any more: the breach says it all.
    """
    missed = _by_the_clock.locked(Deadline.objects.to_breach(now).filter(pk__in=deadline_ids))
    rows = Deadline.objects.filter(pk__in=[deadline.pk for deadline in missed])
    rows.update(breached_at=now, warned_at=Coalesce("warned_at", now))
    return _say(EventKind.PROMISE_MISSED, missed, now=now)


def _say(kind: EventKind, deadlines: Sequence[Deadline], *, now: datetime) -> list[Case]:
    _by_the_clock.record([(deadline.case, kind, _facts(deadline)) for deadline in deadlines], now=now)
    return [deadline.case for deadline in deadlines]


def _facts(deadline: Deadline) -> dict[str, object]:
    facts = {"deadline": deadline.pk, "kind": deadline.kind, "due_at": deadline.due_at.isoformat()}
    return facts if deadline.milestone is None else {**facts, "milestone": deadline.milestone.title}
