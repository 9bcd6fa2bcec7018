"""The engine against somebody who looks at the clock every minute, over random calendars and instants."""

import os
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from sla.engine.calendar import Calendar, Shift
from sla.engine.clock import add, elapsed
from tests.engine.walker import MINUTE, Roster, minutes

# Calendars tried in one run, each at 4,320 instants. ENGINE_CALENDARS=20000 tries as many.
CALENDARS = int(os.environ.get("ENGINE_CALENDARS", "60"))
WALKED = 3 * 24 * 60

ZONES = (
    "Australia/Sydney",
    "America/New_York",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Europe/London",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Africa/Casablanca",
    "UTC",
)
# Days around which calendars go wrong: clock changes of both desks, Easter on one, leap days, year ends, a day that
# Samoa skipped, 2038, 2099.
DAYS = (
    date(2026, 3, 8),
    date(2026, 4, 5),
    date(2026, 10, 4),
    date(2026, 11, 1),
    date(2024, 2, 29),
    date(2100, 2, 28),
    date(2026, 12, 31),
    date(2031, 12, 31),
    date(2011, 12, 30),
    date(2038, 1, 19),
    date(2099, 4, 5),
    date(2018, 2, 18),
    date(1999, 12, 31),
)


def rosters(dice: random.Random, near: date) -> Iterator[Roster]:
    """Yield one to three shifts with whole minutes, some past midnight, some closed around `near`."""
    for number in range(dice.choice((1, 1, 2, 3))):
        turn = near + timedelta(dice.randrange(-2, 3))
        # The first goes on for ever; another may begin or end near.
        since, until = dice.choice(((None, None), (turn, None), (None, turn))) if number else (None, None)
        yield Roster(
            zone=dice.choice(ZONES),
            weekdays=frozenset(dice.sample(range(7), dice.choice((1, 2, 5, 5, 7)))),
            starts=time(dice.randrange(24), dice.choice((0, 0, 15, 30, 45, 17))),
            ends=time(dice.randrange(24), dice.choice((0, 0, 15, 30, 45, 59))),
            closed=frozenset(near + timedelta(dice.randrange(-3, 4)) for _ in range(dice.randrange(3))),
            since=since or date.min,
            until=until or date.max,
        )


def calendar(told: list[Roster]) -> Calendar:
    """Return the engine's calendar for what the person was told."""
    return Calendar(
        tuple(
            Shift(
                one.zone,
                one.weekdays,
                one.starts,
                one.ends,
                dict.fromkeys(one.closed, "closed"),
                since=None if one.since == date.min else one.since,
                until=None if one.until == date.max else one.until,
            )
            for one in told
        )
    )


@pytest.mark.parametrize("seed", range(CALENDARS))
def test_the_engine_agrees_with_somebody_who_watches_the_clock(seed: int) -> None:
    """Three days, each minute of them: is it open, how much was worked since the start, when is that much reached."""
    dice = random.Random(seed)  # noqa: S311 - a seeded die, no secret
    near = dice.choice(DAYS)
    told = list(rosters(dice, near))
    asked = calendar(told)
    start = datetime.combine(near, time(), UTC) + timedelta(minutes=dice.randrange(-2880, 1440))
    start = start.astimezone(ZoneInfo(dice.choice(ZONES)))
    worked = timedelta(0)
    for at, on_duty in islice(minutes(told, start), WALKED):
        assert asked.is_open(at) == on_duty, at
        assert elapsed(asked, start, at) == worked, at
        if on_duty:
            worked += MINUTE
            assert add(asked, start, worked) == at + MINUTE
