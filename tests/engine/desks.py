"""The two desks of the policy and ways to write times that read like speech."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sla.engine.calendar import Calendar, Shift
from sla.engine.deadlines import Target

SYDNEY, NEW_YORK = ZoneInfo("Australia/Sydney"), ZoneInfo("America/New_York")

AUSTRALIA = {
    date(2026, 1, 1): "New Year's Day",
    date(2026, 1, 26): "Australia Day",
    date(2026, 4, 3): "Good Friday",
    date(2026, 4, 6): "Easter Monday",
    date(2026, 12, 25): "Christmas Day",
    date(2026, 12, 28): "Boxing Day (observed)",
    date(2027, 1, 1): "New Year's Day",
}
UNITED_STATES = {
    date(2026, 7, 3): "Independence Day (observed)",
    date(2026, 11, 26): "Thanksgiving Day",
    date(2026, 12, 25): "Christmas Day",
    date(2027, 12, 31): "New Year's Day (observed)",
}
AU = Shift("Australia/Sydney", range(5), time(8), time(17), AUSTRALIA, "Australia")
US = Shift("America/New_York", range(5), time(8), time(17), UNITED_STATES, "United States")
au, us, both = Calendar((AU,)), Calendar((US,)), Calendar((AU, US))

SEV1 = Target(1, timedelta(hours=1), round_the_clock=True, update_unit="hours_24x7")
SEV2 = Target(2, timedelta(hours=3), update_every=180, update_unit="working_minutes")
SEV3 = Target(3, timedelta(hours=6))
SEV4 = Target(4, timedelta(hours=8), update_every=3)


def at(words: str, zone: ZoneInfo = SYDNEY) -> datetime:
    """Return "Fri 20 Nov 2026 16:30" (or with seconds) in `zone`; a weekday that does not fit is refused."""
    form = "%a %d %b %Y %H:%M:%S" if words.count(":") > 1 else "%a %d %b %Y %H:%M"
    moment = datetime.strptime(words, form).replace(tzinfo=zone)
    if f"{moment:%a}" != words[:3]:
        raise ValueError(f"{words} is a {moment:%A}.")
    return moment


def hours(number: float) -> timedelta:
    """Return so many hours."""
    return timedelta(hours=number)
