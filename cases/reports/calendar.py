"""A year of a desk, day by day: open, weekend, holiday, closed or opened by a manager (P3.2)."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, TextChoices
from django.utils.translation import gettext_lazy as _

from sla import store
from sla.models import Desk, Holiday, HolidayChange

WEEKS = calendar.Calendar(firstweekday=calendar.MONDAY)


class DayState(TextChoices):
    """What a day of a desk is. The words are what a legend says."""

    OPEN = "open", _("Open")
    WEEKEND = "weekend", _("Weekend")
    HOLIDAY = "holiday", _("Public holiday")
    CLOSURE = "closure", _("Closed by a manager")
    OPENED = "opened", _("Open in spite of a holiday")


@dataclass(frozen=True)
class Day:
    """One day of a desk. A holiday may fall on a day without hours, which it then does not change."""

    on: date
    state: DayState
    has_hours: bool
    holiday: str = ""
    source: str = ""
    change: HolidayChange | None = None

    @property
    def name(self) -> str:
        """What makes the day a special one: the manager's reason, or the holiday's name."""
        if self.state in (DayState.CLOSURE, DayState.OPENED) and self.change is not None:
            return self.change.reason
        return self.holiday

    @property
    def is_named(self) -> bool:
        """Whether it stands in the list below the months."""
        return self.state in (DayState.HOLIDAY, DayState.CLOSURE, DayState.OPENED)


@dataclass(frozen=True)
class Month:
    """A month as weeks from Monday on; None where a week begins or ends in another month."""

    first: date
    weeks: list[list[Day | None]]


@dataclass(frozen=True)
class DeskYear:
    """A year of a desk: its months, and the days of it that have a name."""

    desk: Desk
    year: int
    months: list[Month]
    named: list[Day]
    open_days: int
    # The desk's own date.
    today: date


def desk_years(year: int, now: datetime) -> list[DeskYear]:
    """Return the year of every desk, by name."""
    holidays = Prefetch("holidays", Holiday.objects.filter(on__year=year))
    # In the order of their making, so the last word on a day stands.
    changes = Prefetch("holiday_changes", HolidayChange.objects.filter(on__year=year).order_by("pk"))
    desks = Desk.objects.prefetch_related("shifts", holidays, changes).order_by("name")
    return [_desk_year(desk, year, now) for desk in desks]


def _desk_year(desk: Desk, year: int, now: datetime) -> DeskYear:
    days = _days_of(desk, year)
    months = [_month(date(year, number, 1), days) for number in range(1, 13)]
    named = [day for day in days.values() if day.is_named]
    opened = sum(day.state in (DayState.OPEN, DayState.OPENED) for day in days.values())
    return DeskYear(desk, year, months, named, opened, now.astimezone(ZoneInfo(desk.zone)).date())


def _days_of(desk: Desk, year: int) -> dict[date, Day]:
    shifts = store.shifts(desk)
    holidays = {row.on: row for row in desk.holidays.all()}
    changes = {row.on: row for row in desk.holiday_changes.all()}
    days = {}
    for ordinal in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
        on = date.fromordinal(ordinal)
        holiday, change = holidays.get(on), changes.get(on)
        has_hours = any(shift.has_hours_on(on) for shift in shifts)
        days[on] = Day(
            on=on,
            state=_state(change, is_holiday=holiday is not None, has_hours=has_hours),
            has_hours=has_hours,
            holiday="" if holiday is None else holiday.name,
            source="" if holiday is None else holiday.source,
            change=change,
        )
    return days


def _state(change: HolidayChange | None, *, is_holiday: bool, has_hours: bool) -> DayState:
    if change is not None and change.closed:
        return DayState.CLOSURE
    if is_holiday:
        return DayState.HOLIDAY if change is None else DayState.OPENED
    return DayState.OPEN if has_hours else DayState.WEEKEND


def _month(first: date, days: dict[date, Day]) -> Month:
    weeks = WEEKS.monthdatescalendar(first.year, first.month)
    return Month(first, [[days[on] if on.month == first.month else None for on in week] for week in weeks])
