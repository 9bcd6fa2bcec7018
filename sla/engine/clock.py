"""The two sums everything rests on: start plus working time, and working time between two instants.

A deadline is the first instant at which the working time since the start reaches the duration. So a duration that uses
up a day exactly falls on closing time, and a duration of zero falls on the start, open or not.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta

from sla.engine.blocks import YEAR_BITS
from sla.engine.calendar import Calendar
from sla.engine.instants import check_duration, instant


def add(calendar: Calendar | None, start: datetime, duration: timedelta) -> datetime:
    """Return the first instant (UTC) at which `duration` of open time has passed since `start` (P2.1).

    Raises:
        NaiveTime: `start` has no zone.
        ValueError: `duration` is negative or has a fraction of a second.
        OutOfReach: the answer lies after the year 9991.
    """
    if start.tzinfo is not UTC or start.microsecond:
        start = instant(start)
    if duration.days < 0 or duration.microseconds:
        check_duration(duration)
    if calendar is None:
        return start + duration
    if not duration:
        return start
    block = calendar.blocks[start.year >> YEAR_BITS]
    # From here on, `due` counts open time since the beginning of the block, not instants.
    i = bisect_right(block.closes, start)
    opened = block.opens[i]
    due = block.before[i] + duration
    if start > opened:
        due += start - opened
    while due > block.total:
        due -= block.total
        block = calendar.blocks[block.number + 1]
    i = bisect_left(block.before, due) - 1
    return block.opens[i] + (due - block.before[i])


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
    first, last = a.year >> YEAR_BITS, b.year >> YEAR_BITS
    open_time = calendar.blocks[last].worked(b) - calendar.blocks[first].worked(a)
    for number in range(first, last):
        open_time += calendar.blocks[number].total
    return open_time
