"""Instants and durations at the engine's door: aware in, UTC out, and the second is the grain."""

from datetime import UTC, datetime, timedelta, tzinfo

ZERO = timedelta(0)
SECOND = timedelta(seconds=1)


class NaiveTime(ValueError):
    """A datetime without a zone was given; guessing one would move promises by hours."""


class OutOfReach(ValueError):
    """The answer lies before the year 8 or after the year 9991, where a calendar is not laid out."""


def instant(at: datetime) -> datetime:
    """Return `at` in UTC, cut to the whole second.

    A local time that exists twice is read by its `fold`; one that was skipped is read with the offset before the gap.

    Raises:
        NaiveTime: `at` has no zone.
    """
    if at.utcoffset() is None:
        raise NaiveTime(f"{at.isoformat()} has no time zone. Give an aware datetime.")
    return at.astimezone(UTC).replace(microsecond=0)


def check_duration(duration: timedelta) -> None:
    """Refuse a duration that is negative or has a fraction of a second.

    Raises:
        ValueError: with the duration and what is wrong with it.
    """
    if duration < ZERO:
        raise ValueError(f"A duration cannot be negative: {duration}.")
    if duration.microseconds:
        raise ValueError(f"A duration is a whole number of seconds, not {duration}.")


def first_instant(local: datetime, zone: tzinfo) -> datetime:
    """Return the first instant (UTC) at which clocks in `zone` show the naive time `local` or later.

    So a time that exists twice is its first occurrence, and a time that is skipped is the moment of the skip.
    """
    early = local.replace(tzinfo=zone)
    late = early.replace(fold=1)
    before, after = early.utcoffset(), late.utcoffset()
    if before is None or after is None:
        raise NaiveTime(f"The zone {zone} has no offset at {local.isoformat()}.")
    at = early.astimezone(UTC)
    if before >= after:
        return at
    # `local` is skipped: the change lies between the readings with the offset after it and the one before it.
    return clock_change(late.astimezone(UTC), at, zone)


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
