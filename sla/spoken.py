"""Times as people type them at a prompt: "Fri 16:30", "16:30", "2026-11-27 16:30"."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class NotATime(ValueError):
    """What was typed is no time that could be understood."""


def spoken_time(words: str, zone: str, now: datetime) -> datetime:
    """Return the instant that `words` mean in `zone`.

    A weekday with a time is the coming one, from today on; a time alone is today; a date with a time is that, and may
    carry its own offset.

    Raises:
        NotATime: none of these.
    """
    tz = ZoneInfo(zone)
    today = now.astimezone(tz).date()
    first, _, rest = words.strip().partition(" ")
    try:
        if first[:3].lower() in WEEKDAYS:
            ahead = (WEEKDAYS.index(first[:3].lower()) - today.weekday()) % 7
            return datetime.combine(today + timedelta(days=ahead), time.fromisoformat(rest.strip()), tz)
        if ":" in first and "-" not in first:
            return datetime.combine(today, time.fromisoformat(first), tz)
        at = datetime.fromisoformat(words.strip())
    except ValueError as error:
        raise NotATime(f'{words!r} is no time. Write "Fri 16:30", "16:30" or "2026-11-27 16:30".') from error
    return at if at.tzinfo else at.replace(tzinfo=tz)
