"""What is worth a look in the calendars before it moves a promise: gaps, weekend holidays, a library that disagrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sla import store, upgrade
from sla.engine.calendar import BadCalendar
from sla.models import Desk

# Holidays are expected for this year and so many more.
YEARS_COVERED = 1
# A substitute day is looked for this many days around the holiday, and holidays are looked at this far ahead.
SUBSTITUTE_WITHIN = timedelta(days=4)
LOOKED_AHEAD = timedelta(days=550)
OBSERVED = " (observed)"


@dataclass(frozen=True, slots=True)
class Concern:
    """Something about a desk's calendar that a manager should look at, as a sentence that says what to do."""

    desk: Desk
    kind: str
    message: str


def concerns(now: datetime) -> list[Concern]:
    """Return what is worth a look at every desk, at `now`."""
    return [
        concern
        for desk in Desk.objects.prefetch_related("holidays", "holiday_changes").order_by("code")
        for concern in (*_years_without(desk, now), *_weekend_holidays(desk, now), *_other_word(desk, now))
    ]


def _today(desk: Desk, now: datetime) -> date:
    return now.astimezone(ZoneInfo(desk.zone)).date()


def _years_without(desk: Desk, now: datetime) -> list[Concern]:
    year = _today(desk, now).year
    known = {holiday.on.year for holiday in desk.holidays.all()}
    missing = [str(one) for one in range(year, year + YEARS_COVERED + 1) if one not in known]
    if not missing:
        return []
    message = _("No national holidays are stored for %(years)s. Run `manage.py upgrade_holidays`.")
    return [Concern(desk, "years-missing", message % {"years": ", ".join(missing)})]


def _weekend_holidays(desk: Desk, now: datetime) -> list[Concern]:
    """Holidays on days off that no substitute follows: a law or a proclamation may still name one.

    One that falls on a day off in every year, such as Easter Sunday, needs none.
    """
    today = _today(desk, now)
    try:
        hours = store.calendar([desk])
    except BadCalendar:
        message = _("%(desk)s has no hours: nothing can be promised there. Give it shifts, or close it.")
        return [Concern(desk, "no-hours", message % {"desk": desk.name})]
    closed = store.closed_dates(desk)
    on_workdays = {name for day, name in closed.items() if any(shift.has_hours_on(day) for shift in hours.home)}
    found = []
    for day, name in sorted(closed.items()):
        off = not any(shift.has_hours_on(day) for shift in hours.home)
        if not (off and today <= day <= today + LOOKED_AHEAD and name in on_workdays):
            continue
        near = {other for other in closed if other != day and abs(other - day) <= SUBSTITUTE_WITHIN}
        if any(closed[other].removesuffix(OBSERVED) == name.removesuffix(OBSERVED) for other in near):
            continue
        message = _(
            "%(holiday)s, %(day)s, is a %(weekday)s, and no substitute day is stored. Check whether %(desk)s closes on "
            "another day, and close that day if so."
        ) % {
            "holiday": name,
            "day": date_format(day, _("j F Y")),
            "weekday": date_format(day, "l"),
            "desk": desk.name,
        }
        found.append(Concern(desk, "substitute-day", message))
    return found


def _other_word(desk: Desk, now: datetime) -> list[Concern]:
    difference = upgrade.difference(desk, now)
    if not difference:
        return []
    counts = (
        (len(difference.added), _("%(n)s to add")),
        (len(difference.removed), _("%(n)s to take away")),
        (len(difference.renamed), _("%(n)s with another name")),
    )
    told = ", ".join(words % {"n": number} for number, words in counts if number)
    message = _("The holiday library says otherwise: %(told)s. Run `manage.py upgrade_holidays` to see which.")
    return [Concern(desk, "library-differs", message % {"told": told})]
