"""Instants and durations at the engine's door: aware in, UTC out, and the second is the grain."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

ZERO = timedelta(0)
SECOND = timedelta(seconds=1)


class NaiveTime(ValueError):
    """A datetime without a zone was given; guessing one would move promises by hours."""


class OutOfReach(ValueError):
    """The answer lies before the year 2 or after the year 9997, where a calendar is not laid out."""


def instant(at: datetime) -> datetime:
    """Return `at` in UTC, cut to the whole second.

    A local time that exists twice is read by its `fold`; one that was skipped is read with the offset before the gap.

    Raises:
        NaiveTime: `at` has no zone.
    """
    if at.tzinfo is not UTC:
        # A ZoneInfo always has an offset; asking it for one first would cost a third of the whole sum.
        if not isinstance(at.tzinfo, ZoneInfo) and at.utcoffset() is None:
            raise NaiveTime(f"{at.isoformat()} has no time zone. Give an aware datetime.")
        at = at.astimezone(UTC)
    return at.replace(microsecond=0) if at.microsecond else at


def check_duration(duration: timedelta) -> None:
    """Refuse a duration that is negative or has a fraction of a second.

    Raises:
        ValueError: with the duration and what is wrong with it.
    """
    if duration < ZERO:
        raise ValueError(f"A duration cannot be negative: {duration}.")
    if duration.microseconds:
        raise ValueError(f"A duration is a whole number of seconds, not {duration}.")


def first_instant(day: date, shown: time, zone: ZoneInfo) -> datetime:
    """Return the first instant (UTC) at which clocks in `zone` show the time `shown` on `day`, or later.

    So a time that exists twice is its first occurrence, and a time that is skipped is the moment of the skip.
    """
    # Read as UTC and moved by the zone's offset; with fold set, by the offset after a change of the clocks.
    early, late = datetime.combine(day, shown, UTC), datetime.combine(day, _second_time(shown), UTC)
    before, after = zone.utcoffset(early) or ZERO, zone.utcoffset(late) or ZERO
    if after <= before:
        return early - before
    # The time is skipped: the change lies between the readings with the offset after it and the one before it.
    return clock_change(late - after, early - before, zone)


@lru_cache(maxsize=256)
def _second_time(shown: time) -> time:
    """Return the same reading as the second of two; kept, because `replace` is as slow as all the rest."""
    return shown.replace(fold=1)


def clock_change(low: datetime, high: datetime, zone: tzinfo) -> datetime:
    """Return the first instant in (`low`, `high`] with the offset of `high`, given one clock change between them."""
    offset = high.astimezone(zone).utcoffset()
    while high - low > SECOND:
        middle = low + (high - low) // SECOND // 2 * SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high
