"""A period in an address: two dates of the reader, both included."""

from datetime import date

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from cases.reports.selection import Period
from cases.reports.usual_periods import last_days, usual_periods
from cases.web.request import Reading

USUAL_DAYS = 30
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
    return last_days(days, _today(request), timezone.get_current_timezone())


def presets(request: Reading) -> list[tuple[str, Period]]:
    """Return the periods that people ask for, each with its name."""
    names = {
        "7 days": _("Last 7 days"),
        "30 days": _("Last 30 days"),
        "month": _("This month"),
        "last month": _("Last month"),
        "90 days": _("Last 90 days"),
        "year": _("This year"),
        "365 days": _("Last 365 days"),
    }
    periods = usual_periods(_today(request), timezone.get_current_timezone())
    return [(names[name], period) for name, period in periods.items()]


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
