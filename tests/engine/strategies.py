"""Random calendars, instants and durations for the property tests."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from sla.engine.calendar import Calendar, Shift
from sla.engine.deadlines import Change, Facts, Spell, Target

ZONES = ("Australia/Sydney", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Europe/London", "UTC")
# Sums cross the end of a block of years; see clock changes; lie far away.
YEARS = (2023, 2026, 2027, 2031, 2032, 2038, 2099)


def _clock(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.builds(lambda year, day: date(year, 1, 1) + timedelta(day), st.sampled_from(YEARS), st.integers(0, 364))
# Starts and lengths in minutes; a shift of half an hour a week is the shortest.
hours = st.builds(
    lambda start, length: (_clock(start), _clock(start + length)),
    st.integers(0, 1439),
    st.one_of(st.integers(1, 48).map(lambda half: 30 * half), st.integers(30, 1440)),
)
shifts = st.builds(
    lambda zone, weekdays, between, closed, desk: Shift(zone, weekdays, between[0], between[1], closed, desk),
    st.sampled_from(ZONES),
    st.sets(st.integers(0, 6), min_size=1),
    hours,
    st.dictionaries(days, st.sampled_from(["a holiday", "a closure"]), max_size=6),
    st.sampled_from(["", "here", "there"]),
)
dated_shifts = st.one_of(
    shifts,
    st.builds(lambda shift, day: replace(shift, since=day), shifts, days),
    st.builds(lambda shift, day: replace(shift, until=day), shifts, days),
)
calendars = st.builds(lambda first, others: Calendar((first, *others)), shifts, st.lists(dated_shifts, max_size=2))
instants = st.builds(
    lambda day, second, zone: (datetime.combine(day, time(), UTC) + timedelta(seconds=second)).astimezone(zone),
    days,
    st.integers(0, 86399),
    zones,
)
durations = st.one_of(
    st.integers(0, 48).map(lambda half: timedelta(minutes=30 * half)),
    st.integers(0, 60 * 3600).map(lambda seconds: timedelta(seconds=seconds)),
)
targets = st.builds(
    lambda severity, within: Target(severity, within, round_the_clock=severity == 1),
    st.integers(1, 4),
    durations.filter(bool),
)


@st.composite
def spells(draw: st.DrawFn, start: datetime) -> Spell:
    """Draw a spell that begins some days around `start`."""
    begins_at = start + timedelta(seconds=draw(st.integers(-86400, 6 * 86400)))
    return Spell(begins_at, begins_at + timedelta(seconds=draw(st.integers(0, 4 * 86400))))


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Draw the facts of a case: some severity changes, suspensions and times without a technical resource."""
    start = draw(instants)
    moments = sorted(draw(st.lists(st.integers(0, 5 * 86400), max_size=4)))
    return Facts(
        start,
        draw(targets),
        tuple(Change(start + timedelta(seconds=moment), draw(targets)) for moment in moments),
        tuple(draw(st.lists(spells(start), max_size=3))),
        tuple(draw(st.lists(spells(start), max_size=2))),
    )
