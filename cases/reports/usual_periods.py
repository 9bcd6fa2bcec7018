"""The periods that people ask for: the pages offer them, and where many cases are the timetable counts them."""

from datetime import date, timedelta, tzinfo

from cases.reports.selection import Period

DAYS_OF_A_YEAR = 365


def usual_periods(today: date, zone: tzinfo) -> dict[str, Period]:
    """Return each by its name, the last day of most of them today."""
    month = today.replace(day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    return {
        "7 days": last_days(7, today, zone),
        "30 days": last_days(30, today, zone),
        "month": Period(month, today, zone),
        "last month": Period(last_month, month - timedelta(days=1), zone),
        "90 days": last_days(90, today, zone),
        "year": Period(today.replace(month=1, day=1), today, zone),
        "365 days": last_days(DAYS_OF_A_YEAR, today, zone),
    }


def last_days(days: int, today: date, zone: tzinfo) -> Period:
    """Return the last days, today included."""
    return Period(today - timedelta(days=days - 1), today, zone)
