"""An independent reading of business hours: a person who looks at the wall clocks every minute and keeps a tally.

It shares nothing with the engine: no intervals, no search, no sums of stretches. The rule for a wall clock that is put
back is that a person does not believe it: what counts is the latest time it ever showed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
# How long the person watches the clocks before counting, so that a clock put back just before is known.
WATCHED_BEFORE = timedelta(hours=3)


@dataclass(frozen=True)
class Roster:
    """One line of working hours as the person was told them."""

    zone: str
    weekdays: frozenset[int]
    starts: time
    ends: time
    closed: frozenset[date]
    since: date = date.min
    until: date = date.max

    def on_duty(self, shown: datetime) -> bool:
        """Say whether somebody works when the clock shows `shown` (naive)."""
        for began in (shown.date(), shown.date() - DAY):
            if began.weekday() not in self.weekdays or began in self.closed:
                continue
            if began < self.since or began >= self.until:
                continue
            ends = began + DAY if self.ends <= self.starts else began
            if datetime.combine(began, self.starts) <= shown < datetime.combine(ends, self.ends):
                return True
        return False


def minutes(rosters: list[Roster], start: datetime) -> Iterator[tuple[datetime, bool]]:
    """Yield each minute from `start` on, and whether anybody is on duty in it."""
    start = start.astimezone(UTC)
    zones = {roster.zone: ZoneInfo(roster.zone) for roster in rosters}
    latest = dict.fromkeys(zones, datetime(1, 1, 1))  # noqa: DTZ001 - a wall clock
    at = start - WATCHED_BEFORE
    while True:
        for name, zone in zones.items():
            latest[name] = max(latest[name], at.astimezone(zone).replace(tzinfo=None))
        if at >= start:
            yield at, any(roster.on_duty(latest[roster.zone]) for roster in rosters)
        at += MINUTE
