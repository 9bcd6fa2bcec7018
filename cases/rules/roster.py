"""Rotations and gaps: whose turn is when, and when nobody is there (P6.1, P4.1)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sla.engine.instants import first_instant

WEEK = timedelta(days=7)
# How far ahead rotations are in the roster.
ROSTER_AHEAD = timedelta(weeks=12)


@dataclass(frozen=True)
class Turn:
    """One turn of a rotation: its number, from handover to handover."""

    number: int
    starts_at: datetime
    ends_at: datetime


def first_handover(starts_on: date, weekday: int) -> date:
    """Return the first `weekday` (Monday is 0) on or after a date."""
    return starts_on + timedelta(days=(weekday - starts_on.weekday()) % 7)


def turn(starts_on: date, weekday: int, at: time, zone: ZoneInfo, number: int) -> Turn:
    """Return the turn of this number. Handovers are local times: over a clock change a turn is an hour off 7 days."""
    day = first_handover(starts_on, weekday) + number * WEEK
    return Turn(number, first_instant(day, at, zone), first_instant(day + WEEK, at, zone))


def turns_until(
    starts_on: date, weekday: int, at: time, zone: ZoneInfo, *, first: int, until: datetime
) -> Iterator[Turn]:
    """Yield the turns from number `first` on that begin before `until`."""
    number = first
    while (one := turn(starts_on, weekday, at, zone, number)).starts_at < until:
        yield one
        number += 1


def gaps(
    needed: Iterable[tuple[datetime, datetime]], covered: Iterable[tuple[datetime, datetime]]
) -> list[tuple[datetime, datetime]]:
    """Return the stretches of `needed` in which nobody of `covered` is there, in order."""
    left = []
    taken = sorted(covered)
    for begin, end in needed:
        at = begin
        for starts_at, ends_at in taken:
            if ends_at <= at or starts_at >= end:
                continue
            if starts_at > at:
                left.append((at, starts_at))
            at = max(at, ends_at)
        if at < end:
            left.append((at, end))
    return left
