"""Hours of a day in a person's zone, as instants: where quiet hours end, when the next digest is made. Pure.

Clocks change. A time that a day does not have counts as the one an hour later; of one that a day has twice, quiet hours
take the later for their end.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
# A desk is never closed for so long; if it were, its people would get a digest all the same.
LONGEST_HOLIDAY = 31


def end_of_quiet(at: datetime, zone: ZoneInfo, begins: time, ends: time, days: Iterable[int]) -> datetime | None:
    """Return when the quiet hours that hold at `at` end; None when none hold.

    They begin at `begins` on each weekday of `days`, and last till the next `ends`.
    """
    today = at.astimezone(zone).date()
    for day in (today - DAY, today):
        if day.weekday() not in days:
            continue
        begin = _instant(day, begins, zone)
        end = _last_instant(day if ends > begins else day + DAY, ends, zone)
        if begin <= at < end:
            return end
    return None


def next_at(after: datetime, zone: ZoneInfo, at: time, is_business_day: Callable[[date], bool]) -> datetime:
    """Return the first `at` after `after` on a business day."""
    today = after.astimezone(zone).date()
    coming = [today + days * DAY for days in range(LONGEST_HOLIDAY)]
    moments = ((day, _instant(day, at, zone)) for day in coming)
    found = next((moment for day, moment in moments if moment > after and is_business_day(day)), None)
    return found or _instant(today + DAY, at, zone)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    # With fold=0 Python reads a time that does not exist by the clock before the change: an hour later on the new one.
    return datetime.combine(day, at, zone).astimezone(UTC)


def _last_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return max(datetime.combine(day, at.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1))
