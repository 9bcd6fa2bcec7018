"""The two sums everything rests on: start plus working time, and working time between two instants.

A deadline is the first instant at which the working time since the start reaches the duration. So a duration that uses
up a day exactly falls on closing time, and a duration of zero falls on the start, open or not.
"""

from datetime import UTC, datetime, timedelta

from sla.engine.blocks import YEARS
from sla.engine.calendar import Calendar
from sla.engine.instants import check_duration, instant


def add(calendar: Calendar | None, start: datetime, duration: timedelta) -> datetime:
    """Return the first instant (UTC) at which `duration` of open time has passed since `start` (P2.1).

    Raises:
        NaiveTime: `start` has no zone.
        ValueError: `duration` is negative or has a fraction of a second.
        OutOfReach: the answer lies after the year 9997.
    """
    if start.tzinfo is not UTC or start.microsecond:
        start = instant(start)
    if duration.days < 0 or duration.microseconds:
        check_duration(duration)
    if calendar is None or not duration:
        return start + duration
    block = calendar.blocks[start.year]
    # This is `Block.worked`, which would cost a tenth of the whole sum to call.
    work = duration
    for opens, closes, before, _ in block.by_day[start.toordinal() - block.first_day]:
        if start < closes:
            work += before if start < opens else before + (start - opens)
            break
    while work > block.total:
        work -= block.total
        block = calendar.blocks[block.year + YEARS]
    return block.reached(work)


def elapsed(calendar: Calendar | None, a: datetime, b: datetime) -> timedelta:
    """Return the open time in [`a`, `b`).

    Raises:
        NaiveTime: one of the two has no zone.
        ValueError: `b` comes before `a`.
    """
    if a.tzinfo is not UTC or a.microsecond:
        a = instant(a)
    if b.tzinfo is not UTC or b.microsecond:
        b = instant(b)
    if b < a:
        raise ValueError(f"The second instant, {b.isoformat()}, comes before the first, {a.isoformat()}.")
    if calendar is None:
        return b - a
    block, last = calendar.blocks[a.year], calendar.blocks[b.year]
    work = last.worked(b) - block.worked(a)
    while block.year < last.year:
        work += block.total
        block = calendar.blocks[block.year + YEARS]
    return work
