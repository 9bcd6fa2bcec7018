"""What the clock says of many cases in one transaction: the same four beats as in `_record`, a few statements for all.

It is only said: no status and no promise changes with it, so nothing has to follow as it does in `_record.record`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from cases.actions import _chain, _waking
from cases.actions._many_rows import save_all
from cases.models import Case, Deadline, Dispatch, EventKind

# What of a case says where its record ends.
ENDS = ("last_event_number", "chained_to", "chain_digest")


def locked(due: QuerySet[Deadline]) -> list[Deadline]:
    """Lock the cases of some promises, and return the promises that are due still, in the order of their due times.

    A case in other hands is passed over, never waited for: so many locks at once could otherwise lock each other out.
    """
    free = Case.objects.select_for_update(skip_locked=True).filter(pk__in=due.values("case"))
    deadlines = due.filter(case__in=list(free.values_list("pk", flat=True))).select_related("milestone")
    # Neither the sum behind a promise nor the words of a case: what is not said is not read.
    found = list(deadlines.defer("explanation").order_by("due_at", "pk"))
    cases = Case.objects.only(*ENDS).in_bulk([deadline.case_id for deadline in found])
    for deadline in found:
        # One object for each case, also where several of its promises are due.
        deadline.case = cases[deadline.case_id]
    return found


def record(said: Sequence[tuple[Case, EventKind, dict[str, Any]]], *, now: datetime) -> None:
    """Append events that only staff read to locked cases, save these, and leave a dispatch row for each event."""
    events = _chain.append_by_the_clock(said, now=now)
    cases = list({case.pk: case for case, _kind, _facts in said}.values())
    for case in cases:
        case.last_event_at = now
    save_all(cases, "last_event_at", *ENDS)
    Dispatch.objects.bulk_create([Dispatch(event=event, secrets={}) for event in events])
    transaction.on_commit(_waking.wake)
