"""How the engine writes instants and durations for people, in plain English and in a zone that is always named."""

from datetime import datetime, timedelta, tzinfo

from sla.engine.instants import SECOND

HOUR = 3600
MINUTE = 60


def moment(at: datetime, zone: tzinfo) -> str:
    """Return `at` as "Mon 23 Nov 2026 08:00 AEDT"; seconds are shown when there are any."""
    local = at.astimezone(zone)
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return f"{local:%a} {local.day} {local:%b %Y} {clock} {local.tzname()}"


def in_words(duration: timedelta) -> str:
    """Return a duration as "5 h 30 min"; hours are never turned into days, which would mean two things."""
    seconds = duration // SECOND
    parts = [
        f"{amount} {unit}"
        for amount, unit in ((seconds // HOUR, "h"), (seconds % HOUR // MINUTE, "min"), (seconds % MINUTE, "s"))
        if amount
    ]
    return " ".join(parts) or "0 min"
