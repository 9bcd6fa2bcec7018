"""Every write to hours, holidays and warnings. What moves hours counts up the desk's revision in the same transaction.

They move no promise that was made; whoever calls them decides what happens to open ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q

from sla.engine.calendar import BadCalendar
from sla.engine.calendar import Shift as EngineShift
from sla.models import Desk, HolidayChange, PolicyVersion, Shift
from sla.store import Hours


@transaction.atomic
def change_day(
    desk: Desk,
    on: date,
    *,
    closed: bool,
    reason: str,
    changed_by_name: str,
    changed_by_id: int | None = None,
    now: datetime,
) -> HolidayChange:
    """Record a manager's word that `desk` is closed, or open in spite of a holiday, on one day (P3.2).

    Raises:
        ValueError: no reason is given.
    """
    if not reason.strip():
        raise ValueError("A day is closed or opened for a reason; write it down.")
    revise(desk)
    return HolidayChange.objects.create(
        desk=desk,
        on=on,
        closed=closed,
        reason=reason.strip(),
        changed_by_id=changed_by_id,
        changed_by_name=changed_by_name,
        changed_at=now,
    )


@transaction.atomic
def change_hours(desk: Desk, hours: Sequence[Hours], *, since: date | None = None) -> None:
    """Give `desk` other weekly hours from the local date `since` on; without one, as if they had been so always.

    Raises:
        BadCalendar: the hours make no sense, or there are none.
    """
    if not hours:
        raise BadCalendar("A desk needs hours; without any it would never be open.")
    for one in hours:
        EngineShift(desk.zone, one.weekdays, one.starts, one.ends)
    revise(desk)
    if since is None:
        desk.shifts.all().delete()
    else:
        desk.shifts.filter(since__gte=since).delete()
        desk.shifts.filter(Q(until=None) | Q(until__gt=since)).update(until=since)
    Shift.objects.bulk_create(
        Shift(desk=desk, weekdays=sorted(set(one.weekdays)), starts_at=one.starts, ends_at=one.ends, since=since)
        for one in hours
    )


@transaction.atomic
def take_hours_back(desk: Desk, since: date) -> None:
    """Undo the hours of `desk` that were to come into force on `since`: those before them go on."""
    revise(desk)
    desk.shifts.filter(since=since).delete()
    desk.shifts.filter(until=since).update(until=None)


@transaction.atomic
def change_warnings(policy: PolicyVersion, shares: Mapping[int, int]) -> None:
    """Set after which share of its target each severity of `policy` warns, in percent.

    It is staff's own business: nothing that is promised to a partner changes, and what was promised keeps its warning.
    """
    for severity, share in shares.items():
        policy.targets.filter(severity=severity).update(warn_at_percent=share)


def revise(desk: Desk) -> None:
    """Count up the revision of `desk`, on the row and on the object; calendars in memory are made again.

    The row stays locked until the transaction ends, so edits of one desk come one after the other.
    """
    Desk.objects.filter(pk=desk.pk).update(revision=F("revision") + 1)
    desk.refresh_from_db(fields=["revision"])
