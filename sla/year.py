"""A desk's year on paper: which days it works, on which it is closed and why, when its clocks change."""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sla.engine.calendar import Calendar
from sla.engine.instants import clock_change
from sla.engine.wording import in_words, moment

MONTHS_ABREAST = 3
WIDTH = 7 * 4


def lines(name: str, calendar: Calendar, year: int) -> Iterator[str]:
    """Yield the year as lines of text: open days as numbers, closed weekdays in brackets, days off as dots."""
    days = [date(year, 1, 1) + timedelta(n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    open_days = sum(calendar.is_business_day(day) for day in days)
    yield f"{name} {year}: {open_days} business days, times in {calendar.zone}"
    for first in range(1, 13, MONTHS_ABREAST):
        yield ""
        months = [_month(calendar, year, month) for month in range(first, first + MONTHS_ABREAST)]
        for row in range(max(map(len, months))):
            yield "   ".join((month[row] if row < len(month) else "").ljust(WIDTH) for month in months).rstrip()
    yield ""
    for shift in calendar.home:
        weekdays = " ".join(f"{date(2024, 1, 1 + day):%a}" for day in sorted(shift.weekdays))
        limits = f"{_since(shift.since)}{_until(shift.until)}"
        yield f"Open {shift.starts:%H:%M}-{shift.ends:%H:%M} {weekdays}{limits}"
    for day in days:
        reasons = dict.fromkeys(shift.closed[day] for shift in calendar.home if day in shift.closed)
        if reasons:
            yield f"Closed {day:%a} {day.day:2d} {day:%b}  {', '.join(reasons)}"
    if not any(day.year == year for shift in calendar.home for day in shift.closed):
        yield f"No closed dates are stored for {year}; holidays are missing here."
    for at, change in clock_changes(calendar.zone, year):
        way = "forward" if change > timedelta() else "back"
        yield f"Clocks go {way} {in_words(abs(change))} at {moment(at, calendar.zone)}"


def _since(day: date | None) -> str:
    return "" if day is None else f" from {day}"


def _until(day: date | None) -> str:
    return "" if day is None else f" until {day - timedelta(days=1)}"


def clock_changes(zone: ZoneInfo, year: int) -> Iterator[tuple[datetime, timedelta]]:
    """Yield the instants in `year` at which clocks in `zone` change, and by how much."""
    at, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    while at < end:
        later = at + timedelta(days=1)
        before, after = zone.utcoffset(at.astimezone(zone)), zone.utcoffset(later.astimezone(zone))
        if before is not None and after is not None and before != after:
            yield clock_change(at, later, zone), after - before
        at = later


def _month(calendar: Calendar, year: int, month: int) -> list[str]:
    title = f"{date(year, month, 1):%B}"
    rows = [title.center(WIDTH), " Mo  Tu  We  Th  Fr  Sa  Su"]
    rows += [
        "".join(_cell(calendar, day) if day.month == month else "    " for day in week)
        for week in Weeks().monthdatescalendar(year, month)
    ]
    return rows


def _cell(calendar: Calendar, day: date) -> str:
    if calendar.is_business_day(day):
        return f" {day.day:2d} "
    closed = any(shift.has_hours_on(day) and day in shift.closed for shift in calendar.home)
    return f"[{day.day:2d}]" if closed else "  . "
