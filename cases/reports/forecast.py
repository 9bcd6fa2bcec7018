"""Which first replies come late at the present pace: what each desk did lately, and the queue that waits (P2.1).

The pace of a desk is its first replies of the last business days over the working time in which somebody waited for
one: a quiet desk is not a slow one. Who waits is answered in the order of the promises, one reply after another.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db.models import Exists, OuterRef

from cases.models import Case, Deadline, DeadlineKind
from cases.rules import ROUND_THE_CLOCK_SEVERITY
from sla import store
from sla.engine.blocks import Stretch, merged
from sla.engine.calendar import Calendar
from sla.engine.clock import add, elapsed
from sla.models import Desk, Shift

BUSINESS_DAYS = 10
# Fewer replies than these say nothing about the next ones.
ENOUGH = 5
# So many first replies are looked ahead, the next due first, of all desks together: beyond is no queue but a flood.
AHEAD = 2000
NONE, SECOND = timedelta(0), timedelta(seconds=1)


@dataclass(frozen=True)
class Expected:
    """A first reply that is owed, and when it comes at the present pace."""

    deadline: Deadline
    answered_at: datetime
    # Its due time has passed already.
    late_now: bool

    @property
    def breaks(self) -> bool:
        """Whether a promise that can still be kept would be missed."""
        return not self.late_now and self.answered_at > self.deadline.due_at


@dataclass(frozen=True)
class DeskForecast:
    """A desk's pace, and what it leads to. Without enough history, or before its first hours, nothing is expected."""

    desk: Desk
    since: datetime
    replies: int
    busy: timedelta
    expected: list[Expected]
    owed: int

    @property
    def enough(self) -> bool:
        """Whether there is enough history to reckon from."""
        return self.replies >= ENOUGH and self.busy > NONE

    @property
    def each_takes(self) -> timedelta:
        """How much working time passed for each reply, in whole seconds."""
        return SECOND * (self.busy // SECOND // self.replies) if self.replies else NONE

    @property
    def busy_hours(self) -> int:
        """The working time in which somebody waited, in hours; days would be read as those of the clock."""
        return round(self.busy / timedelta(hours=1))

    @property
    def breaking(self) -> list[Expected]:
        """The promises that would be missed, the next due first."""
        return [each for each in self.expected if each.breaks]


def forecasts(now: datetime, desks: list[Desk] | None = None) -> list[DeskForecast]:
    """Return the forecast of every desk that has hours, by name; of `desks`, where somebody has read them already.

    Severity 1 is left out: it is worked at once, day and night, and waits in no queue.
    """
    hours = {desk: store.calendar([desk]) for desk in (_desks() if desks is None else desks)}
    since = {desk.pk: _begin(calendar, now) for desk, calendar in hours.items()}
    answered, owed = _answered(min(since.values(), default=now)), _owed()
    return [
        _forecast(desk, calendar, since[desk.pk], answered[desk.pk], owed[desk.pk], now)
        for desk, calendar in hours.items()
    ]


def _desks() -> list[Desk]:
    return list(Desk.objects.filter(Exists(Shift.objects.filter(desk=OuterRef("pk")))).order_by("name"))


def _begin(calendar: Calendar, now: datetime) -> datetime:
    return calendar.opens_on(calendar.add_business_days(calendar.business_date(now), -BUSINESS_DAYS))


def _answered(since: datetime) -> defaultdict[int, list[Stretch]]:
    """Return by desk from when to when each case waited that was answered since then."""
    cases = Case.objects.filter(first_response_at__gte=since, dismissed_at=None)
    rows = cases.exclude(severity=ROUND_THE_CLOCK_SEVERITY).values_list("desk_id", "logged_at", "first_response_at")
    found: defaultdict[int, list[Stretch]] = defaultdict(list)
    for desk_id, *wait in rows:
        found[desk_id].append(cast(Stretch, tuple(wait)))
    return found


def _owed() -> defaultdict[int, list[Deadline]]:
    """Return by desk the first replies that are owed, the next due first."""
    open_ones = Deadline.objects.open().filter(kind=DeadlineKind.FIRST_RESPONSE)
    waiting = open_ones.exclude(severity=ROUND_THE_CLOCK_SEVERITY).select_related("case__partner", "case__assignee")
    found: defaultdict[int, list[Deadline]] = defaultdict(list)
    for deadline in waiting.order_by("due_at", "pk")[:AHEAD]:
        found[deadline.case.desk_id].append(deadline)
    return found


def _forecast(
    desk: Desk, calendar: Calendar, since: datetime, answered: list[Stretch], owed: list[Deadline], now: datetime
) -> DeskForecast:
    lately = [wait for wait in answered if wait[1] >= since]
    waits = [*lately, *((deadline.case.logged_at, now) for deadline in owed)]
    told = DeskForecast(desk, since, len(lately), _busy(calendar, waits, since, now), [], len(owed))
    if not told.enough:
        return told
    expected = [
        Expected(deadline, add(calendar, now, told.each_takes * number), deadline.due_at < now)
        for number, deadline in enumerate(owed, start=1)
    ]
    return DeskForecast(desk, since, told.replies, told.busy, expected, told.owed)


def _busy(calendar: Calendar, waits: Iterable[Stretch], since: datetime, now: datetime) -> timedelta:
    """Return the working time in which at least one case waited."""
    cut = sorted((max(begin, since), min(end, now)) for begin, end in waits)
    stretches = merged((begin, end) for begin, end in cut if begin < end)
    return sum((elapsed(calendar, begin, end) for begin, end in stretches), NONE)
