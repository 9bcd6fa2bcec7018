"""A period in an address: two dates of the reader, both included."""

from datetime import date, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from cases.reports.selection import Period
from cases.web.request import Reading

USUAL_DAYS, DAYS_OF_A_YEAR = 30, 365
# Further back there is no portal; a longer period is a slip of the pen.
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)


def period_in(request: Reading) -> Period | None:
    """Return the period that the address names, the two dates in their order; None where it names none."""
    first, last = (_date_in(request.GET.get(name, "")) for name in ("from", "to"))
    if first is None and last is None:
        return None
    today = _today(request)
    ends = [day for day in (first, last) if day is not None]
    if len(ends) == 1:
        # One date alone: from it until today, or from today until it.
        ends.append(today)
    return Period(min(ends), max(ends), timezone.get_current_timezone())


def period_or_usual(request: Reading) -> Period:
    """Return the period that the address names, or the last thirty days."""
    return period_in(request) or period_of_days(request, USUAL_DAYS)


def period_of_days(request: Reading, days: int) -> Period:
    """Return the last days of the reader, today included."""
    today = _today(request)
    return Period(today - timedelta(days=days - 1), today, timezone.get_current_timezone())


def presets(request: Reading) -> list[tuple[str, Period]]:
    """Return the periods that people ask for, each with its name."""
    today, zone = _today(request), timezone.get_current_timezone()
    month = today.replace(day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    return [
        (_("Last 7 days"), Period(today - timedelta(days=6), today, zone)),
        (_("Last 30 days"), Period(today - timedelta(days=29), today, zone)),
        (_("This month"), Period(month, today, zone)),
        (_("Last month"), Period(last_month, month - timedelta(days=1), zone)),
        (_("Last 90 days"), Period(today - timedelta(days=89), today, zone)),
        (_("This year"), Period(today.replace(month=1, day=1), today, zone)),
    ]


def query_of(period: Period) -> dict[str, str]:
    """Return a period as parts of an address."""
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def _today(request: Reading) -> date:
    return request.now.astimezone(timezone.get_current_timezone()).date()


def _date_in(value: str) -> date | None:
    try:
        found = parse_date(value)
    except ValueError:
        return None
    return found if found is not None and EARLIEST <= found <= LATEST else None
