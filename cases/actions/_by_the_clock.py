"""What the clock says of many cases in one transaction: the same four beats as in `_record`, a few statements for all.

It is only said: no status and no promise changes with it, so nothing has to follow as it does in `_record.record`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from cases.actions import _chain, _waking
from cases.models import Case, Deadline, Dispatch, EventKind


def locked(due: QuerySet[Deadline]) -> list[Deadline]:
    """Lock the cases of some promises, and return the promises that are due still, in the order of their due times.

    A case in other hands is passed over, never waited for: so many locks at once could otherwise lock each other out.
    """
    free = Case.objects.select_for_update(skip_locked=True).filter(pk__in=due.values("case"))
    deadlines = due.filter(case__in=list(free.values_list("pk", flat=True))).select_related("milestone")
    found = list(deadlines.order_by("due_at", "pk"))
    cases = Case.objects.in_bulk([deadline.case_id for deadline in found])
    for deadline in found:
        # One object for each case, also where several of its promises are due.
        deadline.case = cases[deadline.case_id]
    return found


def record(said: Sequence[tuple[Case, EventKind, dict[str, Any]]], *, now: datetime) -> None:
    """Append events that only staff read to locked cases, save these, and leave a dispatch row for each event."""
    events = _chain.append_by_the_clock(said, now=now)
    cases = {case.pk: case for case, _kind, _facts in said}.values()
    for case in cases:
        case.last_event_at = now
    Case.objects.bulk_update(cases, ["last_event_number", "last_event_at", "chained_to", "chain_digest"])
    Dispatch.objects.bulk_create([Dispatch(event=event, secrets={}) for event in events])
    transaction.on_commit(_waking.wake)
