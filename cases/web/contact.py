"""How to reach us: channels and numbers by region, who is open now, and the rule after hours (P1.3, P6.2, P13.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases import callers, promises
from cases.web.promise import DeskLine
from cases.web.request import Reading
from sla import store
from sla.models import Desk

PORTAL = "https://msp.probax.io"
MAIL = "care@probax.io"


@dataclass(frozen=True)
class Hours:
    """One row of a desk's week: its days, and when its next open day begins and ends; `since` is a day to come."""

    days: str
    begins_at: datetime
    ends_at: datetime
    since: date | None


@dataclass(frozen=True)
class Region:
    """A region with its numbers, the hours of its desk, and whether it is open."""

    name: str
    lines: list[callers.Line]
    hours: list[Hours]
    desk_line: DeskLine | None


@require_safe
def contact(request: Reading) -> HttpResponse:
    """Show how to reach us, to anybody."""
    desks = {desk.country: desk for desk in Desk.objects.order_by("pk")}
    by_region = groupby(callers.lines(), key=lambda line: (line.region, line.country))
    regions = [
        Region(name, list(lines), _hours_of(desks.get(country), request), _open_now(desks.get(country), request))
        for (name, country), lines in by_region
    ]
    return render(request, "cases/contact.html", {"regions": regions, "portal": PORTAL, "mail": MAIL})


def _hours_of(desk: Desk | None, request: Reading) -> list[Hours]:
    if desk is None:
        return []
    zone = ZoneInfo(desk.zone)
    opens_at = promises.home_hours(desk).next_open(request.now).astimezone(zone)
    found = []
    today = request.now.astimezone(zone).date()
    for hours in store.weekly_hours(desk):
        if hours.until is not None and hours.until <= today:
            continue
        since = hours.since if hours.since is not None and hours.since > today else None
        begins, ends = (datetime.combine(since or opens_at, at, zone) for at in (hours.starts, hours.ends))
        ends = ends if ends > begins else ends + timedelta(days=1)
        found.append(Hours(_days(hours.weekdays), begins, ends, since))
    return found


def _days(weekdays: Sequence[int]) -> str:
    """Return days in words: "Monday to Friday" where each follows the one before, else each by name."""
    days = sorted(weekdays)
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return _("%(first)s to %(last)s") % {"first": WEEKDAYS[days[0]], "last": WEEKDAYS[days[-1]]}
    return ", ".join(str(WEEKDAYS[day]) for day in days)


def _open_now(desk: Desk | None, request: Reading) -> DeskLine | None:
    if desk is None:
        return None
    hours = promises.home_hours(desk)
    if hours.is_open(request.now):
        return DeskLine(desk.name, desk.zone, is_open=True, until=hours.closes_at(request.now), opens_at=None)
    return DeskLine(desk.name, desk.zone, is_open=False, until=None, opens_at=hours.next_open(request.now))
